/** Widths of letters in sizes of their font, as those of Arial and its likes: enough to keep text within its box. */
const widths: readonly (readonly [RegExp, number])[] = [
  [/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{Extended_Pictographic}\uff01-\uff60]/u, 1],
  [/[MW@mw%]/, 0.9],
  [/\p{Lu}/u, 0.7],
  [/[ijl.,:;|'!()[\]{}/\\ ft-]/, 0.34],
  [/\p{M}/u, 0],
]
const usual = 0.57

/** How wide a text is about to be, in sizes of its font. */
export const textWidth = (text: string): number => [...text].reduce((sum, letter) => sum + letterWidth(letter), 0)

const letterWidth = (letter: string): number => widths.find(([these]) => these.test(letter))?.[1] ?? usual

/** The text, or as much of it as is not wider, with a mark that some is missing. */
export function fitText(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  let [kept, used] = ['', letterWidth('…')]
  for (const letter of text) {
    used += letterWidth(letter)
    if (used > width) break
    kept += letter
  }
  return `${kept}…`
}
