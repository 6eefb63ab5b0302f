import { nameOf } from '../../model/address.ts'
import { targets } from '../../model/graph.ts'
import { type Report, specOf } from '../../model/practice.ts'
import { inStateSince, newestAbout } from '../../model/record-moment.ts'
import { contractsOn } from './contracts.ts'

interface SupplierSpec {
  readonly purpose: string
  /** `2026-06-12` */
  readonly reviewedOn?: string
  readonly reviewDays?: number
}

/** Days after which somebody looks at a supplier again, where nobody says. */
const usual = 365
const day = 86_400_000

/** Suppliers with what holds them to what they do, and when somebody last looked at how they do it. */
export const supplierReport: Report = {
  name: 'suppliers',
  summary: 'suppliers with their contracts, the last review of how they do, and those whose review is overdue',
  about: 'Supplier',
  records: ['supplier-review'],
  run: ({ graph, now, records }, about) => {
    const contracts = contractsOn(graph, now).filter((c) => c.state === 'in-force')
    const reviews = records?.('supplier-review') ?? []
    const rows = about.map((document) => {
      const supplier = nameOf(document.address)
      const { reviewedOn, reviewDays = usual } = specOf<SupplierSpec>(document)
      const review = newestAbout(reviews, 'supplier', supplier, ['done'])
      const seen = review === undefined ? undefined : inStateSince(review).slice(0, 10)
      const isRecord = seen !== undefined && seen >= (reviewedOn ?? '')
      const last = isRecord ? seen : reviewedOn
      const nextBy =
        last === undefined ? undefined : new Date(Date.parse(last) + reviewDays * day).toISOString().slice(0, 10)
      const held = contracts.filter((c) => c.supplier === document.address)
      const needed = held.length > 0 || targets(graph, document.address, 'spec.runs').length > 0
      const overdue = nextBy === undefined ? needed : nextBy < now.toISOString().slice(0, 10)
      return {
        ...{ supplier, contracts: held.map((c) => nameOf(c.document.address)), overdue },
        last: last ?? null,
        nextBy: nextBy ?? null,
        record: isRecord ? (review?.id ?? null) : null,
        verdict: isRecord ? String(review?.fields['verdict'] ?? '') : null,
        decision: isRecord ? String(review?.fields['decision'] ?? '') : null,
      }
    })
    return {
      title: 'Suppliers',
      tables: [
        {
          caption: 'Suppliers',
          head: ['supplier', 'contracts', 'last review', 'verdict', 'decision', 'next by', 'record'],
          rows: rows.map((r) => [
            ...[r.supplier, r.contracts.join(', ') || 'none', r.last ?? 'never', r.verdict ?? '–', r.decision ?? '–'],
            r.overdue ? `overdue${r.nextBy === null ? '' : ` since ${r.nextBy}`}` : (r.nextBy ?? '–'),
            r.record ?? '–',
          ]),
          empty: 'there are no suppliers',
        },
      ],
      data: rows,
    }
  },
}
