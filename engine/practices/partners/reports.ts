import { type Address, nameOf } from '../../model/address.ts'
import { compareText } from '../../model/diagnostic.ts'
import type { Graph } from '../../model/graph.ts'
import type { Report } from '../../model/practice.ts'
import { contractsOn } from './contracts.ts'

/** Contracts by the day on which somebody has to decide. */
const contracts: Report = {
  name: 'contracts',
  summary: 'contracts with suppliers, by the last day on which notice can be given, and what they cost a year',
  about: 'Contract',
  run: ({ graph, now }, about) => {
    const wanted = new Set(about.map((d) => d.address))
    const rows = contractsOn(graph, now)
      .filter((c) => wanted.has(c.document.address))
      .sort((a, b) => compareText(a.notice?.by ?? '9', b.notice?.by ?? '9'))
    return {
      title: 'Contracts',
      tables: [
        {
          caption: 'Contracts',
          head: ['contract', 'supplier', 'state', 'until', 'then', 'notice by', 'days', 'a year', 'covers'],
          rows: rows.map((c) => [
            nameOf(c.document.address),
            c.supplier === undefined ? '–' : nameOf(c.supplier),
            c.state,
            c.until ?? 'open',
            c.until === undefined ? '–' : c.renews ? 'goes on' : 'ends',
            c.notice?.by ?? '–',
            c.notice?.days ?? '–',
            c.yearly === undefined ? '–' : money(c.yearly.amount, c.yearly.currency),
            c.covers.join(', ') || '–',
          ]),
          empty: 'there are no contracts',
        },
      ],
      data: rows.map((c) => ({
        contract: nameOf(c.document.address),
        supplier: c.supplier ?? null,
        state: c.state,
        until: c.until ?? null,
        renews: c.renews,
        noticeBy: c.notice?.by ?? null,
        yearly: c.yearly === undefined ? null : { ...c.yearly },
        covers: c.covers,
      })),
    }
  },
}

/** What contracts in force cost for each service: through the service itself, or through the hosts, sites and feeds that it stands on. */
const costs: Report = {
  name: 'service-costs',
  summary: 'what contracts cost a year for each service, directly and through what it stands on',
  about: 'Service',
  run: ({ graph, now }, about) => {
    const found = costsOf(graph, now)
    const wanted = new Set(about.map((d) => d.address))
    const rows = [...found.services].filter(([address]) => wanted.has(address)).sort(([a], [b]) => compareText(a, b))
    const currencies = [...new Set([...found.services.values()].flatMap((c) => [...c.keys()]))].sort()
    return {
      title: 'Costs of services',
      tables: [
        {
          caption: 'A year, from contracts in force',
          head: ['service', ...(currencies.length === 0 ? ['cost'] : currencies)],
          rows: [
            ...rows.map(([address, sums]) => [
              nameOf(address),
              ...(currencies.length === 0 ? ['–'] : currencies.map((c) => Math.round(sums.get(c) ?? 0))),
            ]),
            ...(about.length === graph.ofKind('Service').length && found.rest.size > 0
              ? [['(no service)', ...currencies.map((c) => Math.round(found.rest.get(c) ?? 0))]]
              : []),
          ],
          empty: 'there are no services',
        },
      ],
      data: rows.map(([address, sums]) => ({ service: nameOf(address), yearly: Object.fromEntries(sums) })),
    }
  },
}

type Sums = Map<string, number>

/** A contract's cost goes in equal parts to the services that stand on what it covers; to nobody where none does. */
function costsOf(graph: Graph, now: Date): { readonly services: ReadonlyMap<Address, Sums>; readonly rest: Sums } {
  const services = new Map(graph.ofKind('Service').map((d): [Address, Sums] => [d.address, new Map()]))
  const rest: Sums = new Map()
  const add = (sums: Sums, currency: string, amount: number) => sums.set(currency, (sums.get(currency) ?? 0) + amount)
  for (const { state, yearly, covers } of contractsOn(graph, now)) {
    if (state !== 'in-force' || yearly === undefined) continue
    const paying = payersOf(graph, covers)
    for (const payer of paying) add(services.get(payer) ?? rest, yearly.currency, yearly.amount / paying.length)
    if (paying.length === 0) add(rest, yearly.currency, yearly.amount)
  }
  return { services, rest }
}

/** The services that are covered, else those that refer to what is covered, in one step or several, but not through other services. */
function payersOf(graph: Graph, covers: readonly Address[]): readonly Address[] {
  const payers = new Set<Address>()
  const seen = new Set<Address>(covers)
  for (const address of seen) {
    if (address.startsWith('Service/')) {
      payers.add(address)
      continue
    }
    for (const edge of graph.incoming(address))
      if (standing.test(edge.from) && edge.label !== 'spec.ssh.jump') seen.add(edge.from)
  }
  return [...payers].sort(compareText)
}

/** Kinds that stand on what they refer to. */
const standing = /^(Room|Rack|PowerFeed|Pdu|CoolingUnit|Equipment|Host|Service)\//

const money = (amount: number, currency: string): string => `${Math.round(amount).toLocaleString('en-GB')} ${currency}`

export const reports: readonly Report[] = [contracts, costs]
