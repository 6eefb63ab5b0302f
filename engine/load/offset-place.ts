/** Line and column, from 1, of an offset into a text. Lines end with LF, CR or CRLF. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  return new Lines(text).placeOf(offset)
}

/** The same for many offsets of one text: lines are counted once. */
export class Lines {
  private readonly starts: number[] = [0]

  constructor(text: string) {
    const breaks = /\r\n?|\n/g
    while (breaks.exec(text) !== null) this.starts.push(breaks.lastIndex)
  }

  placeOf(offset: number): { readonly line: number; readonly column: number } {
    let low = 0
    let high = this.starts.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (this.starts[low] ?? 0) + 1 }
  }
}
