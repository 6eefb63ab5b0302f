/**
 * Characters that no text of a document may hold: control characters but tab and line ends, bidi controls, zero-width
 * characters, tag characters, lone surrogates, and the noncharacters that we mark secrets with. Joiners are part of some scripts and of emoji, and are refused beside ASCII only.
 */
const unsafe =
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb]|[\x20-\x7e][\u200c\u200d]|[\u200c\u200d](?:[\0-\x7e]|$)|^[\u200c\u200d]|\udb40[\udc00-\udc7f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/
const asciiOnly = /^[\t\n\r\x20-\x7e]*$/

/** Offset of the first unsafe character; -1 where all are safe. */
export function unsafeCharacterAt(text: string): number {
  return asciiOnly.test(text) ? -1 : text.search(unsafe)
}

/** `U+202E`, never the character itself. */
export function nameOfCharacter(text: string, at: number): string {
  const joined = /^[\x20-\x7e][\u200c\u200d]/.test(text.slice(at, at + 2)) ? 1 : 0
  const code = text.codePointAt(at + joined) ?? 0
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}
