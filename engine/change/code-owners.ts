import ignore from 'ignore'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

/** Where forges look for the file, in this order; the first one counts. */
export const codeOwnersPaths = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const

/** CODEOWNERS of a commit. */
export interface CodeOwners {
  /** One of `codeOwnersPaths`. */
  readonly file: string
  readonly rules: readonly CodeOwnersRule[]
  /** Lines that can't be understood. */
  readonly findings: readonly Diagnostic[]
}

export interface CodeOwnersRule {
  readonly line: number
  readonly pattern: string
  /** As they are written: `@login`, `@organisation/team`, an e-mail address. None: nobody owns what it matches. */
  readonly owners: readonly string[]
  readonly matches: (path: string) => boolean
}

/** Larger ones are not read by forges either. Bytes. */
const largest = 3_000_000

/**
 * Reads a CODEOWNERS file as GitHub describes it
 * (https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners):
 * gitignore's patterns, without negation and ranges, with case, and with `folder/*` for what lies directly in a folder.
 */
export function parseCodeOwners(file: string, text: string): CodeOwners {
  const rules: CodeOwnersRule[] = []
  const findings: Diagnostic[] = []
  const lines = text.length > largest ? [] : text.split(/\r?\n/)
  if (text.length > largest) findings.push(notUnderstood(file, 1, 'the file is larger than 3 MB'))
  lines.forEach((written, index) => {
    const line = index + 1
    const [pattern, ...owners] = wordsOf(written)
    if (pattern === undefined) return
    const fault = faultOf(pattern) ?? owners.map(ownerFault).find((f) => f !== undefined)
    if (fault === undefined) rules.push({ line, pattern, owners, matches: matcherOf(pattern) })
    else findings.push(notUnderstood(file, line, fault))
  })
  return { file, rules, findings }
}

/** The rule that says who owns a path: of several the last one. */
export function ruleFor({ rules }: CodeOwners, path: string): CodeOwnersRule | undefined {
  return rules.findLast((rule) => rule.matches(path))
}

/** Words between white space, up to a comment. A space in a pattern is escaped with a backslash. */
function wordsOf(line: string): readonly string[] {
  const words: string[] = line.match(/(?:\\.|\S)+/g) ?? []
  const comment = words.findIndex((word) => word.startsWith('#'))
  return comment < 0 ? words : words.slice(0, comment)
}

function faultOf(pattern: string): string | undefined {
  if (pattern.length > 500) return 'its pattern is longer than 500 characters'
  // Each star may be tried at every letter of a path.
  if ((pattern.match(/\*/g)?.length ?? 0) > 8) return 'its pattern has more than eight stars'
  if (pattern.startsWith('!')) return 'patterns are not negated'
  if (pattern.startsWith('\\#')) return 'a pattern does not begin with #'
  return /[[\]]/.test(pattern) ? 'patterns have no ranges, and files no sections' : undefined
}

function ownerFault(owner: string): string | undefined {
  return /^(?:@[\w.-]+(?:\/[\w.-]+)*|[^\s@]+@[^\s@]+)$/.test(owner)
    ? undefined
    : `${JSON.stringify(owner.slice(0, 100))} is no @account, @organisation/team or e-mail address`
}

function matcherOf(pattern: string): (path: string) => boolean {
  const matcher = ignore({ ignorecase: false, allowRelativePaths: true }).add(pattern)
  // In gitignore, what matches a folder matches all below it; in CODEOWNERS, folder/* is only what lies right in it.
  const depth = pattern.endsWith('/*') && !pattern.includes('**') ? depthOf(pattern.replace(/^\//, '')) : undefined
  return (path) => (depth === undefined || depthOf(path) === depth) && matcher.ignores(path)
}

const depthOf = (path: string): number => path.split('/').length

function notUnderstood(file: string, line: number, because: string): Diagnostic {
  return report('code-owners-line', { summary: `${because}, so the line is left out`, file, line })
}
