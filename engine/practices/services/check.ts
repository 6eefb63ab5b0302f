import { nameOf } from '../../model/address.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { JsonPath } from '../../model/document.ts'
import type { PracticeInput } from '../../model/practice.ts'
import { expectedAvailability } from './availability.ts'
import { codes } from './codes.ts'
import { scorecards } from './design.ts'
import { type ServiceNode, serviceMap } from './service-map.ts'

const report = reporter(codes)

/** Where services promise more than what they stand on can hold. */
export function checkServices({ graph, locate }: PracticeInput): readonly Diagnostic[] {
  const services = serviceMap(graph)
  const findings: Diagnostic[] = []
  const tell = (code: keyof typeof codes, { document }: ServiceNode, path: JsonPath, summary: string): void => {
    findings.push(report(code, { summary, ...locate(document, ['spec', ...path]), subject: document.address }))
  }
  for (const service of services.values()) {
    checkGroups(
      service,
      tell,
      new Set(
        graph.outgoing(service.address).flatMap((e) => (/^spec\.(hosts|dependsOn)$/.test(e.label) ? [e.to] : [])),
      ),
    )
    for (const need of service.needs) {
      const other = services.get(need)
      if (other === undefined) continue
      if (service.rto !== undefined && other.rto !== undefined && other.rto > service.rto)
        tell(
          'recovery-time',
          service,
          ['continuity', 'rto'],
          `it has to be back in ${minutes(service.rto)}, and ${nameOf(need)} in ${minutes(other.rto)}`,
        )
      if (service.rpo !== undefined && other.rpo !== undefined && other.rpo > service.rpo)
        tell(
          'recovery-point',
          service,
          ['continuity', 'rpo'],
          `it may lose ${minutes(service.rpo)} of data, and ${nameOf(need)} ${minutes(other.rpo)}`,
        )
    }
  }
  // Working it out is for those who promised something.
  if ([...services.values()].some((s) => s.target !== undefined))
    for (const { service, availability } of expectedAvailability(graph).values())
      if (service.target !== undefined && availability !== undefined && availability < service.target)
        tell(
          'availability-target',
          service,
          ['availability', 'target'],
          `${percent(service.target)} is promised, and ${percent(availability)} can be expected`,
        )
  for (const { service: address, score, required, criteria, standard } of scorecards(graph)) {
    const service = services.get(address)
    if (service?.stage !== 'live' || required === undefined || score >= required) continue
    const missing = criteria.filter((c) => !c.met).map((c) => c.name)
    tell(
      'design-score',
      service,
      [],
      `it scores ${score} of 100 by ${nameOf(standard.address)}, and needs ${required}; missing: ${missing.join(', ')}`,
    )
  }
  return findings
}

function checkGroups(
  service: ServiceNode,
  tell: (code: 'redundancy-group', service: ServiceNode, path: JsonPath, summary: string) => void,
  listed: ReadonlySet<string>,
): void {
  for (const { members, need, index } of service.groups) {
    if (need > members.length)
      tell('redundancy-group', service, ['redundancy', index], `${need} of ${members.length} can't be there`)
    for (const member of members)
      if (!listed.has(member))
        tell('redundancy-group', service, ['redundancy', index], `it does not stand on ${member}`)
  }
}

/** `99.95 %`: what is missing to all of the time is told in two digits that count; at most seven places. */
export function percent(share: number): string {
  if (share === 1) return '100 %'
  const places = Math.max(2, 1 - Math.floor(Math.log10((1 - share) * 100)))
  return places > 7 ? 'more than 99.99999 %' : `${(share * 100).toFixed(places).replace(/\.?0+$/, '')} %`
}

/** `90 minutes`, `4 hours`, `2 days`. */
export function minutes(value: number): string {
  const [count, unit] =
    value % 1440 === 0 && value > 0
      ? [value / 1440, 'day']
      : value % 60 === 0 && value > 0
        ? [value / 60, 'hour']
        : [value, 'minute']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
