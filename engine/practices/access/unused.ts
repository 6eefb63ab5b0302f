import type { Address } from '../../model/address.ts'
import type { LoadedDocument } from '../../model/document.ts'
import { target } from '../../model/graph.ts'
import { type ReportInput, specOf } from '../../model/practice.ts'

/** Access that somebody has to a host, and that nobody is known to have used for long. */
export interface Unused {
  readonly grant: Address
  readonly host: string
  readonly login: string
  readonly person?: Address
  /** Last login that the host knows of, ISO 8601. */
  readonly last?: string
  /** Days without use after which it counts as unused. */
  readonly after: number
  /** False where the host's records don't reach back that far: it may have been used over SSH without a terminal. */
  readonly sure: boolean
  /** From when on the host knows of all logins, ISO 8601. */
  readonly since?: string
  readonly remove: string
  readonly keep: string
}

interface Use extends Omit<Unused, 'remove' | 'keep'> {
  /** True as well where it can't be told. */
  readonly used: boolean
}

const day = 86_400_000
/** Where neither the role nor the estate says otherwise. */
const usual = 90

/** Grants, and how they were used on each host whose logins were seen; an account that is younger than that is not judged. */
export function unusedGrants(
  input: ReportInput,
  about: readonly LoadedDocument[],
): { readonly unused: readonly Unused[]; readonly notSeen: readonly string[] } {
  const after = new Map(about.map((grant) => [grant.address, daysOf(input, grant.address)]))
  const notSeen = new Set<string>()
  const people = new Map(
    [...input.graph.ofKind('Person'), ...input.graph.ofKind('ServiceAccount')].map((d) => [
      specOf<{ login?: string }>(d).login,
      d.address,
    ]),
  )
  const uses = input.graph
    .ofKind('Host')
    .flatMap((host) => usesOf(host.document.metadata.name, input, { after, people, notSeen }))
  const byGrant = new Map<Address, Use[]>()
  for (const use of uses) {
    const same = byGrant.get(use.grant)
    if (same === undefined) byGrant.set(use.grant, [use])
    else same.push(use)
  }
  const unused = uses
    .filter((use) => !use.used)
    .map(({ used, ...use }) => ({ ...use, ...waysOut(use, byGrant.get(use.grant) ?? []) }))
  return { unused, notSeen: [...notSeen] }
}

function daysOf({ graph }: ReportInput, grant: Address): number {
  const role = target(graph, grant, 'spec.role')
  const document = role === undefined ? undefined : graph.documents.get(role)
  const [estate] = graph.ofKind('Estate')
  const own = document === undefined ? undefined : specOf<{ unusedAfterDays?: number }>(document).unusedAfterDays
  const all = estate === undefined ? undefined : specOf<{ access?: { unusedAfterDays?: number } }>(estate).access
  return own ?? all?.unusedAfterDays ?? usual
}

interface Judging {
  /** Grants that are asked about → days. */
  readonly after: ReadonlyMap<Address, number>
  readonly people: ReadonlyMap<string | undefined, Address>
  /** Hosts of whose logins nothing is known; grows. */
  readonly notSeen: Set<string>
}

function usesOf(host: string, { seen, wanted, now }: ReportInput, { after, people, notSeen }: Judging): readonly Use[] {
  const accounts = (wanted?.(host) ?? []).filter((r) => r.type === 'user' && r.spec['ensure'] !== 'absent')
  const facts = seen?.(host)
  return accounts.flatMap((resource) => {
    const login = String(resource.spec['login'])
    const account = facts?.users?.find((u) => u.name === login)
    return resource.by.flatMap((grant): readonly Use[] => {
      const days = after.get(grant)
      if (days === undefined) return []
      // What can't be told may be in use: the grant is not to go because of others.
      const untold: Use = { grant, host, login, after: days, used: true, sure: false }
      if (facts?.lastLogins === undefined) {
        notSeen.add(host)
        return [untold]
      }
      const start = new Date(now.getTime() - days * day).toISOString()
      // Not made yet, or not long enough ago to tell.
      if (account === undefined || (account.changed !== undefined && account.changed > start.slice(0, 10)))
        return [untold]
      const { since, accounts: logins } = facts.lastLogins
      const last = logins.find((l) => l.user === login)?.at
      const person = people.get(login)
      return [
        {
          ...{ grant, host, login, after: days, used: last !== undefined && last >= start },
          sure: since !== undefined && since <= start,
          ...(person !== undefined && { person }),
          ...(last !== undefined && { last }),
          ...(since !== undefined && { since }),
        },
      ]
    })
  })
}

/** The grant goes where nobody uses it anywhere, the person where they don't, and else the host. */
function waysOut({ grant, host, login, person, after }: Omit<Use, 'used'>, same: readonly Use[]) {
  const remove = same.every((u) => !u.used)
    ? `remove ${grant}`
    : same.every((u) => u.login !== login || !u.used)
      ? `take ${person ?? login} out of ${grant}`
      : `narrow what ${grant} selects, so that ${host} is not in it`
  return { remove, keep: `say what it is for: a Role with unusedAfterDays above ${after}, for what is seldom needed` }
}
