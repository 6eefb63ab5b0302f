import { nameOf } from '../../model/address.ts'
import { target } from '../../model/graph.ts'
import type { Report } from '../../model/practice.ts'
import { addressPlan, nextFree, type PlannedPrefix, utilisation } from './address-plan.ts'
import { cablePath } from './cable-path-report.ts'
import { textOf } from './ip.ts'
import { networkReconciliation } from './reconciliation-report.ts'

/** The tree of prefixes, how full each is, and which address is free next. */
const prefixes: Report = {
  name: 'prefixes',
  summary: 'prefixes in each other, how full they are, and which address is free next',
  about: 'Prefix',
  run: ({ graph }, about) => {
    const wanted = new Set(about.map((d) => d.address))
    const rows = addressPlan(graph).prefixes.filter((p) => wanted.has(p.document.address))
    const field = (p: PlannedPrefix, label: string) => {
      const to = target(graph, p.document.address, `spec.${label}`)
      return to === undefined ? '–' : nameOf(to)
    }
    const free = (p: PlannedPrefix) => {
      const value = nextFree(p)
      return value === undefined ? undefined : textOf(p.cidr.family, value)
    }
    return {
      title: 'Prefixes',
      tables: [
        {
          caption: 'Prefixes',
          head: ['prefix', 'name', 'role', 'vrf', 'vlan', 'site', 'taken', 'of', 'full', 'next free'],
          rows: rows.map((p) => {
            const { size, taken } = utilisation(p)
            return [
              `${'  '.repeat(depthOf(p))}${written(p)}`,
              nameOf(p.document.address),
              p.role,
              ...[field(p, 'vrf'), field(p, 'vlan'), field(p, 'site')],
              amount(taken),
              amount(size),
              share(taken, size),
              p.role === 'container' ? '–' : (free(p) ?? 'none'),
            ]
          }),
          empty: 'there are no prefixes',
        },
      ],
      data: rows.map((p) => {
        const { size, taken } = utilisation(p)
        return {
          prefix: written(p),
          name: nameOf(p.document.address),
          role: p.role,
          parent: p.parent === undefined ? null : nameOf(p.parent.document.address),
          // As text: those of IPv6 are too large for numbers.
          ...{ taken: String(taken), size: String(size) },
          nextFree: free(p) ?? null,
          addresses: p.used.map((u) => ({ address: textOf(u.family, u.value), of: u.document.address })),
        }
      }),
    }
  },
}

const written = ({ cidr }: PlannedPrefix): string => `${textOf(cidr.family, cidr.first)}/${cidr.length}`
const depthOf = ({ parent }: PlannedPrefix): number => (parent === undefined ? 0 : depthOf(parent) + 1)

/** Large numbers as powers of two; one or two addresses that can't be used don't count there. */
function amount(n: bigint): string {
  if (n < 1_000_000n) return String(n)
  return `2^${(n + 2n).toString(2).length - 1}`
}

function share(taken: bigint, size: bigint): string {
  const hundredths = Number((taken * 10_000n) / size) / 100
  return taken > 0n && hundredths === 0 ? 'below 0.01 %' : `${hundredths} %`
}

export const reports: readonly Report[] = [prefixes, cablePath, networkReconciliation]
