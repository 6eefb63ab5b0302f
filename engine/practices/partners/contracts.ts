import type { Address } from '../../model/address.ts'
import type { LoadedDocument } from '../../model/document.ts'
import type { Graph } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'

/** A contract as it stands on a day. Days are counted from midnight to midnight, UTC. */
export interface ContractNow {
  readonly document: LoadedDocument
  readonly supplier: Address | undefined
  readonly covers: readonly Address[]
  /** `ended` and `coming` hold nothing up. */
  readonly state: 'coming' | 'in-force' | 'ended'
  /** Last day of the term that runs, `2027-12-31`; none where it has no end. */
  readonly until?: string
  /** It goes on by itself. */
  readonly renews: boolean
  /** Last day on which notice can be given for that term; days to it, less than none where it is over. */
  readonly notice?: { readonly by: string; readonly days: number }
  /** Cost of a year. */
  readonly yearly?: { readonly amount: number; readonly currency: string }
  readonly availability: number | undefined
  /** Minutes. */
  readonly restore: number | undefined
}

interface ContractSpec {
  readonly from: string
  readonly until?: string
  readonly renews?: number
  readonly noticeDays?: number
  readonly cost?: { readonly amount: number; readonly currency: string; readonly per: keyof typeof times }
  readonly serviceLevel?: { readonly availability?: number; readonly restore?: number }
}

const times = { month: 12, quarter: 4, year: 1 } as const
const day = 86_400_000

export function contractsOn(graph: Graph, now: Date): readonly ContractNow[] {
  return graph.ofKind('Contract').map((document) => contractOn(graph, document, now))
}

function contractOn(graph: Graph, document: LoadedDocument, now: Date): ContractNow {
  const { from, until, renews, noticeDays = 0, cost, serviceLevel } = specOf<ContractSpec>(document)
  const today = dayOf(now)
  const last = until === undefined ? undefined : termEnd(until, renews, today)
  const edges = graph.outgoing(document.address)
  const by = last === undefined ? undefined : isoDay(new Date(Date.parse(last) - noticeDays * day))
  return {
    document,
    supplier: edges.find((e) => e.label === 'spec.supplier')?.to,
    covers: edges.filter((e) => e.label === 'spec.covers').map((e) => e.to),
    state: from > today ? 'coming' : last !== undefined && last < today ? 'ended' : 'in-force',
    ...(last !== undefined && { until: last }),
    renews: renews !== undefined,
    ...(by !== undefined && { notice: { by, days: Math.round((Date.parse(by) - Date.parse(today)) / day) } }),
    ...(cost !== undefined && { yearly: { amount: cost.amount * times[cost.per], currency: cost.currency } }),
    availability: serviceLevel?.availability,
    restore: serviceLevel?.restore,
  }
}

/** The last day of the term that runs: terms follow each other as long as nobody gives notice. */
function termEnd(until: string, renews: number | undefined, today: string): string {
  let end = until
  for (let n = 1; renews !== undefined && end < today; n++) end = monthsAfter(until, renews * n)
  return end
}

/** So many months later, on the same day; on the last day of a month that is too short. */
function monthsAfter(from: string, months: number): string {
  const [year = 0, month = 1, dayOfMonth = 1] = from.split('-').map(Number)
  const lastOfMonth = new Date(Date.UTC(year, month - 1 + months + 1, 0))
  const wanted = isLastOfMonth(from) ? 31 : dayOfMonth
  return isoDay(
    new Date(
      Date.UTC(lastOfMonth.getUTCFullYear(), lastOfMonth.getUTCMonth(), Math.min(wanted, lastOfMonth.getUTCDate())),
    ),
  )
}

const isLastOfMonth = (text: string): boolean => new Date(Date.parse(text) + day).getUTCDate() === 1
const isoDay = (at: Date): string => at.toISOString().slice(0, 10)
const dayOf = isoDay
