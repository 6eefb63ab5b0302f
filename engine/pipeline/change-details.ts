import { type ChangeDetails, isMerged, type PastChange } from '../audit/past-change.ts'
import { authorsOf } from '../change/authors.ts'
import { changedDocuments } from '../change/changed-documents.ts'
import { type People, peopleOf, referenced } from '../change/people.ts'
import type { Address } from '../model/address.ts'
import { compareText } from '../model/diagnostic.ts'
import type { Graph } from '../model/graph.ts'
import type { Commit } from '../ports/repository.ts'
import { loadCommit } from './estate.ts'
import { judgedCommits } from './judged-commits.ts'
import type { World } from './world.ts'

/** What documents and commits of its time say of a change: who wrote it, who merged it, and what stands on what it touched. */
export async function changeDetails(world: World, change: PastChange): Promise<ChangeDetails> {
  const { record } = change
  const { base, head } = record.subject
  const repository = await world.repository()
  const before = await loadCommit(world, base)
  const after = await loadCommit(world, record.merge?.commit ?? head)
  const people = peopleOf(before.graph)
  const commits = base === head ? [] : await repository.commitsBetween(base, head)
  const hosts = [...new Set(record.actions.map((a) => a.host))]
  const services = servicesOf(before.graph, after.graph, hosts)
  const merged =
    isMerged(change) && record.merge !== undefined ? await repository.commit(record.merge.commit) : undefined
  return {
    authors: authorsOf(await judgedCommits(world, base, head), people, new Date(record.openedAt)).authors,
    strangers: strangersOf(commits, people),
    ...firstAuthored(commits),
    ...(merged !== undefined && { mergedBy: mergerOf(merged, people) }),
    environments: record.deployment?.environments ?? environmentsOf(after.graph, hosts),
    services,
    owners: ownersOf(after.graph, services.length > 0 ? services : hosts.map((h): Address => `Host/${h}`)),
  }
}

/** Merges in which nobody wrote anything begin nothing. */
function firstAuthored(commits: readonly Commit[]): Pick<ChangeDetails, 'firstAuthoredAt'> {
  const times = commits.filter((c) => c.parents.length < 2).map((c) => Date.parse(c.author.at))
  const first = Math.min(...times)
  return Number.isFinite(first) ? { firstAuthoredAt: new Date(first).toISOString() } : {}
}

function strangersOf(commits: readonly Commit[], people: People): readonly string[] {
  const emails = commits.flatMap((c) => [c.author.email, c.committer.email])
  return [...new Set(emails.filter((email) => people.byEmail(email).length === 0))].sort(compareText)
}

function mergerOf({ committer }: Commit, people: People): NonNullable<ChangeDetails['mergedBy']> {
  const [person, other] = people.byEmail(committer.email)
  return {
    name: committer.name,
    email: committer.email,
    at: new Date(Date.parse(committer.at)).toISOString(),
    ...(person !== undefined && other === undefined && { person: person.address }),
  }
}

/** Services that name a host it acts on or a profile it changes, and those whose own documents it changes. */
function servicesOf(before: Graph, after: Graph, hosts: readonly string[]): readonly Address[] {
  const changed = changedDocuments(before, after).map((c) => c.address)
  const isService = (address: Address): boolean => address.startsWith('Service/')
  const below = [...hosts.map((h): Address => `Host/${h}`), ...changed.filter((a) => !isService(a))]
  const named = [before, after].flatMap((graph) =>
    below.flatMap((address) =>
      graph.incoming(address).filter((e) => isService(e.from) && e.label !== 'metadata.owner'),
    ),
  )
  return [...new Set([...changed.filter(isService), ...named.map((e) => e.from)])].sort(compareText)
}

function environmentsOf(graph: Graph, hosts: readonly string[]): readonly string[] {
  const names = hosts.flatMap((host) => {
    const { environment } = (graph.documents.get(`Host/${host}`)?.document.spec ?? {}) as { environment?: string }
    return environment === undefined ? [] : [environment.replace(/^.*\//, '')]
  })
  return [...new Set(names)].sort(compareText)
}

function ownersOf(graph: Graph, addresses: readonly Address[]): readonly Address[] {
  const owners = addresses.flatMap((address) => graph.documents.get(address)?.document.metadata.owner ?? [])
  return [...new Set(owners.map((owner) => referenced(owner, 'Team')))].sort(compareText)
}
