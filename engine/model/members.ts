import { type Address, addressOf, kindOf } from './address.ts'
import type { LoadedDocument } from './document.ts'
import type { Graph } from './graph.ts'

/** Whom a list of references comes to: people and service accounts, through teams and groups. */
export interface Members {
  /** Each with the teams and groups it is in by, outermost first; none where it is named itself. */
  readonly who: ReadonlyMap<Address, readonly Address[]>
  /** Every document that was passed: a change of one of them may change who is meant. */
  readonly passed: ReadonlySet<Address>
}

const kinds = new Map(['Person', 'Team', 'Group', 'ServiceAccount'].map((kind) => [kind.toLowerCase(), kind]))

/**
 * Finds whom references mean. It goes by what documents say and not by edges, since those of a release are of another time.
 * A bare name means a person. What is not there is nobody.
 */
export function membersIn(graph: Graph): (to: readonly string[]) => Members {
  const known = new Map<Address, Members>()
  const of = (address: Address): Members => {
    const members = known.get(address) ?? walk(graph, address)
    known.set(address, members)
    return members
  }
  return (to) => {
    const each = to.flatMap((reference) => {
      const address = meant(reference)
      return address === undefined ? [] : [of(address)]
    })
    const [only] = each
    return each.length === 1 && only !== undefined ? only : together(each)
  }
}

/** The address that a reference to somebody means; undefined where it means something else. */
function meant(reference: string): Address | undefined {
  const slash = reference.indexOf('/')
  const kind = slash === -1 ? 'Person' : kinds.get(reference.slice(0, slash).toLowerCase())
  return kind === undefined ? undefined : addressOf(kind, reference.slice(slash + 1))
}

/** Who is named oneself is in by nothing else. */
function together(each: readonly Members[]): Members {
  const who = new Map<Address, readonly Address[]>()
  for (const members of each)
    for (const [address, via] of members.who)
      if ((who.get(address)?.length ?? Number.POSITIVE_INFINITY) > via.length) who.set(address, via)
  return { who, passed: new Set(each.flatMap((members) => [...members.passed])) }
}

/** Broad before deep, so that the shortest way in is the one that is told; a loop is walked once. */
function walk(graph: Graph, start: Address): Members {
  const who = new Map<Address, readonly Address[]>()
  const passed = new Set<Address>([start])
  let next: { readonly address: Address; readonly via: readonly Address[] }[] = [{ address: start, via: [] }]
  while (next.length > 0) {
    const now = next
    next = []
    for (const { address, via } of now) {
      const document = graph.documents.get(address)
      if (document === undefined) continue
      const kind = kindOf(address)
      if (kind !== 'Team' && kind !== 'Group') {
        who.set(address, via)
        continue
      }
      for (const member of directMembers(graph, document)) {
        if (passed.has(member)) continue
        passed.add(member)
        next.push({ address: member, via: [...via, address] })
      }
    }
  }
  return { who, passed }
}

function directMembers(graph: Graph, { document }: LoadedDocument): readonly Address[] {
  const { members, select } = document.spec as { readonly members?: unknown; readonly select?: unknown }
  const named = Array.isArray(members) ? members.flatMap((m) => (typeof m === 'string' ? (meant(m) ?? []) : [])) : []
  if (document.kind !== 'Group' || typeof select !== 'object' || select === null) return named
  const wanted = Object.entries(select).map(
    ([key, value]) => [key, (Array.isArray(value) ? value : [value]).map(String)] as const,
  )
  if (wanted.length === 0) return named
  const labelled = graph
    .ofKind('Person')
    .filter(({ document: { metadata } }) =>
      wanted.every(([key, values]) => values.includes(metadata.labels?.[key] ?? '')),
    )
  return [...named, ...labelled.map((d) => d.address)]
}
