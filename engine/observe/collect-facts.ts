import { digestOf, type Sha256 } from '../model/canonical.ts'
import type { Asking, FactEvidence, FactName, FactProbe, HostFacts } from '../model/facts.ts'
import type { ProbeOutput, Unknown } from '../model/resource.ts'
import { mask } from '../model/script.ts'
import type { Answer, Probe } from './compose.ts'
import { messageOf, unknown } from './parse-answers.ts'

const sectionOf = (name: FactName): string => `fact-${name}`

/** What the facts ask, as sections beside those of the resources. */
export const factSections = (probes: readonly FactProbe[]): readonly Probe[] =>
  probes.map(({ name, probe }) => ({ type: sectionOf(name), script: probe }))

/** Reads the facts out of a host's answers: each group stands alone, and one that can't be had costs no other. */
export function collectFacts(
  host: string,
  probes: readonly FactProbe[],
  { sections, gap }: Answer,
  asking: Asking,
): HostFacts {
  const facts: Partial<Record<FactName, unknown>> = {}
  const unknowns: Partial<Record<FactName, Unknown>> = {}
  const evidence: Partial<Record<FactName, FactEvidence>> = {}
  for (const probe of probes) {
    const { name } = probe
    const answer = sections.get(sectionOf(name))
    if (answer === undefined) {
      unknowns[name] = gap
      continue
    }
    evidence[name] = evidenceOf(probe, answer, asking.now, asking.sha256)
    const found = parsed(probe, answer, asking)
    if ('reason' in found && 'detail' in found) unknowns[name] = found as Unknown
    else facts[name] = found
  }
  return { host, facts: facts as HostFacts['facts'], unknown: unknowns, evidence }
}

function evidenceOf({ probe }: FactProbe, answer: ProbeOutput, at: Date, sha256: Sha256): FactEvidence {
  return { at: at.toISOString(), command: digestOf(sha256, mask(probe)), output: digestOf(sha256, answer) }
}

/** A parser that throws is our bug; it costs one group of facts on one host. */
function parsed(probe: FactProbe, answer: ProbeOutput, asking: Asking): object {
  try {
    return probe.parse(answer, asking)
  } catch (error) {
    return unknown('unparsable', `the parser of ${probe.name} failed: ${messageOf(error)}`)
  }
}
