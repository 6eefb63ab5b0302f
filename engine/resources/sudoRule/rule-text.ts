import { asSet } from '../fields.ts'
import type { Rule } from './spec.ts'

const heading = '# Kept by Plumbline. Changes here are undone.\n'

/** The file of a rule: one line for each subject and command, so that no option of one is inherited by another. */
export function ruleText(rule: Rule): string {
  const notAfter = rule.expires === null ? '' : ` NOTAFTER=${compact(rule.expires)}`
  const tag = rule.password ? 'PASSWD' : 'NOPASSWD'
  const lines = rule.subjects.flatMap((subject) =>
    rule.commands.map((command) => `${subject} ALL=(${rule.runAs})${notAfter} ${tag}: ${command}\n`),
  )
  return heading + lines.join('')
}

/** The rule of a text; null where it is not exactly what we would write. */
export function parseRule(text: string): Rule | null {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const parsed = lines.map((line) =>
    /^(\S+) ALL=\(([^()\s]+)\)(?: NOTAFTER=(\d{14})Z)? (PASSWD|NOPASSWD): (.+)$/.exec(line),
  )
  const [first] = parsed
  if (first === undefined || first === null) return null
  const rule: Rule = {
    subjects: asSet(parsed.flatMap((p) => p?.[1] ?? [])),
    commands: asSet(parsed.flatMap((p) => p?.[5] ?? [])),
    runAs: first[2] ?? '',
    password: first[4] === 'PASSWD',
    expires: first[3] === undefined ? null : expanded(first[3]),
  }
  return ruleText(rule) === text ? rule : null
}

const compact = (iso: string): string => `${iso.slice(0, 19).replaceAll(/[-:T]/g, '')}Z`

function expanded(digits: string): string {
  const at = (from: number, to: number) => digits.slice(from, to)
  return `${at(0, 4)}-${at(4, 6)}-${at(6, 8)}T${at(8, 10)}:${at(10, 12)}:${at(12, 14)}Z`
}
