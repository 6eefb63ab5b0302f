import type { Observation, ProbeOutput } from '../../model/resource.ts'
import type { Script } from '../../model/script.ts'
import { readFileProbe } from '../file-output.ts'
import { fileProbe } from '../file-probe.ts'
import { unparsable } from '../observed.ts'
import { parseRule } from './rule-text.ts'
import { pathOf, type SudoSpec, type SudoState } from './spec.ts'

/** Rules are few and short: their text is always read out, and compared by what it says. */
export function probe(specs: readonly SudoSpec[]): Script {
  return fileProbe(specs.map((spec) => ({ path: pathOf(spec.name), wanted: 'none' })))
}

export function parse(specs: readonly SudoSpec[], output: ProbeOutput): readonly Observation<SudoState>[] {
  const seen = readFileProbe(
    specs.map((spec) => pathOf(spec.name)),
    output,
    'a file',
  )
  const whole = output.stdout.endsWith('\nend\n')
  return seen.map((observation, i) => {
    if (observation.status !== 'present') return observation
    if (observation.excerpt === undefined && !whole) return unparsable(pathOf(specs[i]?.name ?? ''))
    const { sha256 = '', mode, owner, group } = observation.state
    const rule = observation.excerpt === undefined ? null : parseRule(observation.excerpt)
    return { status: 'present', state: { sha256, mode, owner, group, rule } }
  })
}
