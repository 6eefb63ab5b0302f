import { type Diagnostic, hasErrors } from '../../model/diagnostic.ts'
import { code, words } from '../../pull-request/markdown.ts'
import type { CommandName } from './parse-command.ts'

/** What came of a command. */
export interface Said {
  /** It was done; or there was nothing to do, which is as good. */
  readonly done: boolean
  /** One sentence of ours, without a full stop; names in it are written by `code` or `words`. */
  readonly verdict: string
  /** Further paragraphs of Markdown, as safe. */
  readonly lines?: readonly string[]
  readonly findings?: readonly Diagnostic[]
}

/** What forbids it. */
export const refusedBy = (...findings: readonly Diagnostic[]): Said => ({ done: false, verdict: 'Not done', findings })

/** By which the one answer to a comment is found again. */
export const answerMarker = (comment: string): string => `<!-- plumbline:answer ${comment.replaceAll(/\D/g, '')} -->`

/** So many findings are shown. */
const shown = 20

/**
 * The answer to a comment with a command. Nothing of what its author wrote stands in it but the name of the command, and their login
 * as it is: no mention of anybody.
 */
export function answerText(
  command: CommandName | 'misused',
  login: string,
  { done, verdict, lines = [], findings = [] }: Said,
): string {
  const what = command === 'misused' ? 'a command' : code(`/plumbline ${command}`)
  const mark = done && !hasErrors(findings) ? '✅' : '⛔'
  const more = findings.length > shown ? [`- and ${findings.length - shown} more`] : []
  const list = [...findings.slice(0, shown).map(findingLine), ...more]
  const paragraphs = [`${mark} **${verdict}** · ${what} of ${code(login)}`, ...lines, list.join('\n')]
  return `${paragraphs.filter((p) => p !== '').join('\n\n')}\n`
}

function findingLine({ code: name, summary, detail, hint }: Diagnostic): string {
  const why = detail === undefined ? '' : `<br>${words(detail, 400)}`
  const next = hint === undefined ? '' : `<br>Next: ${words(hint, 400)}`
  return `- ${words(summary, 400)} · ${code(name)}${why}${next}`
}
