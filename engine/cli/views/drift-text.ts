import type { DriftClues, DriftFinding, SeenLogin } from '../../model/drift.ts'
import { escapeControls } from '../../model/escape.ts'
import type { IgnoredDifference, Plan } from '../../model/plan.ts'
import type { Colors } from '../terminal.ts'
import { minute } from './change-facts.ts'
import { columns } from './columns.ts'
import { planText } from './plan-text.ts'

/** What is off, what can be said of why, what is left on purpose, and the two ways out. */
export function driftText(
  plan: Plan,
  findings: readonly DriftFinding[],
  context: { readonly colors: Colors; readonly width: number },
): string {
  const { colors: c } = context
  const known = new Map(findings.map((f) => [`${f.host} ${f.resource}`, f]))
  const text = planText(plan, {
    ...context,
    approvals: [],
    drift: true,
    notes: ({ host, resource, verb }) => {
      const finding = verb === 'restart' ? undefined : known.get(`${host} ${resource}`)
      return finding === undefined ? [] : [attributionText(finding)]
    },
  })
  const ignored = columns((plan.ignored ?? []).map(ignoredRow), { paint: (cell, i) => (i === 0 ? c.dim(cell) : cell) })
  const ways = findings.some((f) => f.attribution !== 'not-applied')
    ? columns(
        [
          ['back', 'plumbline drift revert, to plan what was applied'],
          ['keep', 'plumbline drift adopt, to write what is there into the documents'],
        ],
        { paint: (cell, i) => (i === 0 ? c.dim(cell) : cell) },
      )
    : []
  const more = [...ignored, ...(ignored.length > 0 && ways.length > 0 ? [''] : []), ...ways]
  return more.length === 0 ? text : `${text}\n${more.join('\n')}\n`
}

/** One line: `made outside · file changed 2026-11-21 14:03 · owner root · at that time logged in: x.y from 10.0.0.9`. */
export function attributionText({ attribution, pending, clues, record }: DriftFinding): string {
  const noted = record === undefined ? [] : [record]
  if (attribution === 'not-applied')
    return pending === undefined ? 'a change that is not applied yet' : `${pending} has not been applied here yet`
  const said = cluesText(clues)
  if (attribution === 'outside') return ['made outside', ...said, ...noted].join(' · ')
  return ['unknown: the host does not tell how it came about', ...said, ...noted].join(' · ')
}

/** What a host knows, each in a few words. */
export function cluesText({ file, packages, logins }: DriftClues): readonly string[] {
  const dated = file !== undefined || packages !== undefined
  const who = (logins ?? []).map(loginText).join(', ')
  return [
    ...(file === undefined ? [] : [`file ${file.what} ${minute(file.at)}`]),
    ...(file?.owner === undefined ? [] : [`owner ${escapeControls(file.owner)}`]),
    ...(packages ?? []).map((p) => `package log ${minute(p.at)} ${escapeControls(p.text)}`),
    ...(who === '' ? [] : [dated ? `at that time logged in: ${who}` : `logged in since: ${who}`]),
  ]
}

function loginText({ user, how, from, command }: SeenLogin): string {
  if (how === 'sudo') return escapeControls(`${user} running ${command ?? 'something'} by sudo`)
  return escapeControls(from === undefined ? user : `${user} from ${from}`)
}

const ignoredRow = ({ host, resource, fields, until, owner, reason, exception }: IgnoredDifference): string[] => [
  'ignored',
  host,
  escapeControls(fields.length === 0 ? resource : `${resource} ${fields.join(', ')}`),
  escapeControls(`until ${until.slice(0, 10)} by ${owner} because ${reason} (${exception})`),
]
