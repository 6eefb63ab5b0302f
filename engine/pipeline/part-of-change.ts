import type { PlannedWave } from '../change/waves.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { RecordedAction } from '../model/plan.ts'
import type { ActionResult } from '../model/record.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

/** What of a change is carried out now, and what stays to be done. */
export interface Part {
  /** In the words of the record: `only prod`. */
  readonly reason: string
  /** What is left for later, with what is known of it so far. */
  readonly later: readonly ActionResult[]
  readonly laterHosts: ReadonlySet<string>
}

/**
 * The hosts that are meant by names of hosts, environments and waves (`canary`, `wave 2`, or a wave of the rollout with all of its
 * batches). What is meant by none or by two sorts of things is refused: one goes ahead with a part on purpose.
 */
export function hostsMeant(
  names: readonly string[],
  waves: readonly PlannedWave[],
): { readonly hosts: ReadonlySet<string> } | { readonly refused: readonly Diagnostic[] } {
  const hosts = new Set<string>()
  const refused: Diagnostic[] = []
  for (const name of names) {
    const meanings = [
      { sort: 'a host', of: waves.flatMap((w) => w.hosts).filter((h) => h === name) },
      { sort: 'an environment', of: waves.filter((w) => w.environment === name).flatMap((w) => w.hosts) },
      { sort: 'a wave', of: waves.filter((w) => isCalled(w, name)).flatMap((w) => w.hosts) },
    ].filter((m) => m.of.length > 0)
    const [meaning, other] = meanings
    if (meaning === undefined) {
      const there = [...new Set(waves.flatMap((w) => [w.environment, w.name]))]
      refused.push(
        report('part-unknown', {
          summary: `the change has no host, environment or wave ${name}`,
          detail: `It is about ${there.join(', ')}.`,
        }),
      )
    } else if (other !== undefined) {
      const summary = `${name} is ${meaning.sort} and ${other.sort} of this change`
      refused.push(report('part-unknown', { summary, hint: 'name the hosts that are meant' }))
    } else for (const host of meaning.of) hosts.add(host)
  }
  return refused.length > 0 ? { refused } : { hosts }
}

const isCalled = ({ name, rule }: PlannedWave, asked: string): boolean =>
  name === asked || (rule !== undefined && name.replace(/ \d+$/, '') === asked)

const partly = 'only '

/** Whether a pause is that of a part that was asked for. */
export const isPart = (reason: string): boolean => reason.startsWith(partly)

/** What stays to be done of the actions on other hosts: what failed stays failed, and what was begun and never ended, unknown. */
export function leaveForLater(
  actions: readonly RecordedAction[],
  names: readonly string[],
  known: {
    readonly results: ReadonlyMap<string, ActionResult>
    readonly begun: ReadonlySet<string>
    readonly at: string
  },
): Part {
  const reason = `${partly}${names.join(', ')}`
  const later = actions.map(({ id }): ActionResult => {
    const before = known.results.get(id)
    if (before?.outcome === 'failed' || before?.outcome === 'unknown') return before
    if (before === undefined && known.begun.has(id))
      return { id, outcome: 'unknown', at: known.at, detail: 'begun by an apply that did not end' }
    return { id, outcome: 'not-started', at: known.at, detail: `left for later: ${reason} was asked for` }
  })
  return { reason, later, laterHosts: new Set(actions.map((a) => a.host)) }
}
