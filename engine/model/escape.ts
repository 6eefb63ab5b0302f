/** Controls (C0, DEL, C1), bidirectional and invisible format characters, line separators, lone surrogates. */
const unsafe =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Cs}/gu

/**
 * Makes text of a host or a stranger safe to print: what would move a cursor, colour, hide or reorder text becomes visible
 * as `\u{1b}`. Line feeds stay, and so does everything that is merely foreign.
 */
export function escapeControls(text: string): string {
  return text.replace(unsafe, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`)
}
