import { linearPattern } from '../schema/linear-pattern.ts'

/** Whether a text matches. What is asked comes from devices, so it takes time that grows with the text and no faster. */
export type Matches = (text: string) => boolean

const never: Matches = () => false

/** Any of several patterns; whoever checked the documents has refused those that can't be read. */
export function anyOf(patterns: readonly string[] | undefined): Matches {
  const each = (patterns ?? []).map(matcher)
  return each.length === 0 ? never : (text) => each.some((matches) => matches(text))
}

function matcher(source: string): Matches {
  const compiled = linearPattern(source)
  if ('refused' in compiled) throw new Error(`the pattern ${source} was not checked: ${compiled.refused}`)
  const { pattern } = compiled
  // Nearly every line is told apart by how it begins, which costs nothing.
  const start = literalStart(source)
  return (text) => text.startsWith(start) && pattern.test(text)
}

/** The plain text that all matches begin with, as far as it is plain to see. */
function literalStart(source: string): string {
  if (source.includes('|')) return ''
  const found = /^\^([A-Za-z0-9 !#%:_<>=-]*)([*+?{]?)/.exec(source)
  if (found === null) return ''
  const [, plain = '', repeated = ''] = found
  return repeated === '+' || repeated === '' ? plain : plain.slice(0, -1)
}

/**
 * Words at the beginning of a line behind which it is not shown: `username * secret`. Gives how many characters of the line
 * may be shown; undefined where none of them begins it.
 */
export function shownUpTo(line: string, sensitive: readonly (readonly string[])[]): number | undefined {
  let most: number | undefined
  for (const words of sensitive) {
    let end = /^\s*/.exec(line)?.[0].length ?? 0
    const fits = words.every((word) => {
      const found = /^(\S+)(\s+|$)/.exec(line.slice(end, end + 512))
      if (found === null || (word !== '*' && found[1] !== word)) return false
      end += found[0].length
      return true
    })
    if (fits && end < line.length) most = Math.min(most ?? end, end)
  }
  return most
}
