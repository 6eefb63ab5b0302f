import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { FieldChange, ResourceType } from '../../model/resource.ts'
import { codes } from '../codes.ts'
import { discover } from './discover.ts'
import { notices, parse, probe, readListings } from './probe.ts'
import { contentDigest, type FirewallSpec, type FirewallState, only } from './spec.ts'
import { steps } from './steps.ts'

const report = reporter(codes)

/** The ruleset of nftables: its file, what the kernel holds of it, and whether it is loaded at the next start. */
export const resource: ResourceType<FirewallSpec, FirewallState> = {
  name: 'firewall',
  rank: 60,
  identify: () => only,
  check,
  normalise(spec) {
    if (spec.ensure === 'absent') return { ensure: 'absent' }
    const { ensure: _ensure, ...rest } = spec
    return { ...rest, enabled: spec.enabled ?? true }
  },
  probe,
  parse,
  notices,
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  after: () => ['package:nftables'],
  discover,
  restore(_name, state) {
    if (state === null) return { ensure: 'absent' }
    if (state.sha256 === 'none') return null
    return { preimage: state.sha256, enabled: state.enabled !== false }
  },
}

function check(spec: FirewallSpec, about: Parameters<NonNullable<ResourceType['check']>>[1]): readonly Diagnostic[] {
  const given = (['content', 'template', 'source'] as const).filter((name) => spec[name] !== undefined)
  if (given.length === (spec.ensure === 'absent' ? 0 : 1)) return []
  const summary =
    spec.ensure === 'absent'
      ? `the firewall is to be absent and has ${given.join(', ')}`
      : `the firewall has ${given.length === 0 ? 'neither content nor template nor source' : given.join(' and ')}`
  return [report('resource-invalid', { ...about.place, subject: about.subject, summary })]
}

function diff(want: FirewallSpec, have: FirewallState | null, excerpt: string | undefined): readonly FieldChange[] {
  const fields: FieldChange[] = []
  const after = contentDigest(want)
  if (after !== undefined && after !== have?.sha256) {
    const before = have === null ? '' : excerpt
    fields.push({
      path: 'content',
      ...(have !== null && { before: `sha256:${have.sha256}` }),
      after: `sha256:${after}`,
      ...(want.content !== undefined && before !== undefined && { text: { before, after: want.content } }),
    })
  } else if (have !== null && have.live !== null && have.live !== 'as-file') {
    const text = listings(excerpt)
    fields.push({ path: 'live', before: have.live, after: 'as-file', ...(text !== undefined && { text }) })
  }
  const enabled = want.enabled !== false
  if (have === null || (have.enabled !== null && have.enabled !== enabled)) {
    fields.push({ path: 'enabled', ...(have !== null && { before: have.enabled }), after: enabled })
  }
  return fields
}

/** The kernel's tables against what the file means, where the probe brought both. */
function listings(excerpt: string | undefined): { readonly before: string; readonly after: string } | undefined {
  const both = excerpt === undefined ? undefined : readListings(excerpt)
  return both && { before: both.seen, after: both.meant }
}
