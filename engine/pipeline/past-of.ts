import type { ChangedDocument } from '../change/changed-documents.ts'
import { type People, referenced } from '../change/people.ts'
import { failureIn, lookBack, type Past } from '../change/risk-past.ts'
import { newestChanges } from '../ledger/find-records.ts'
import type { Address } from '../model/address.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { AppliedHost } from '../model/record.ts'
import type { World } from './world.ts'

/** Newest commits of the authors that are looked at for whether they ever changed something of an owner. */
const commitsRead = 1000

export interface PastQuestion {
  readonly base: { readonly commit: string; readonly graph: Graph }
  readonly applied: ReadonlyMap<string, AppliedHost>
  readonly changed: readonly ChangedDocument[]
  readonly authors: readonly Address[]
  readonly people: People
}

/** What the ledger and the target branch know of the past of a change; undefined where there is no ledger (yet). */
export async function pastOf(world: World, question: PastQuestion): Promise<Past | undefined> {
  const view = await (await world.ledger()).view()
  if (view.tip === undefined) return undefined
  const since = new Date(world.clock.now().getTime() - lookBack.days * 86_400_000).toISOString()
  // Most changes went well: only the text of those that may not have is taken apart.
  const bad = /^state: (failed|rolled-back)|^rolledBackBy:|outcome: (failed|unknown|unsuccessful)/m
  const records = await newestChanges(view, lookBack.records, (text) => bad.test(text))
  return {
    applied: new Map([...question.applied].map(([host, { resources }]) => [host, new Set(Object.keys(resources))])),
    failures: records.filter((r) => r.transition.at >= since).flatMap((r) => failureIn(r) ?? []),
    newcomers: await newcomersOf(world, question),
  }
}

async function newcomersOf(world: World, question: PastQuestion): Promise<Past['newcomers']> {
  const { base, changed, authors, people } = question
  const owners = new Set(changed.flatMap((c) => ownerOf(c.before ?? c.after) ?? []))
  const files = new Map<Address, Set<string>>()
  for (const document of base.graph.documents.values()) {
    const owner = ownerOf(document)
    if (owner === undefined || !owners.has(owner)) continue
    files.set(owner, (files.get(owner) ?? new Set()).add(document.file))
  }
  const emails = new Map(authors.flatMap((a) => people.byAddress.get(a)?.email ?? []).map((e) => [e.toLowerCase(), e]))
  if (files.size === 0 || emails.size === 0) return []
  const repository = await world.repository()
  // Files of documents are named from the estate's folder, those of commits from the repository's.
  const below = world.root.startsWith(`${repository.root}/`) ? `${world.root.slice(repository.root.length + 1)}/` : ''
  const authored = await repository.filesChangedBy(base.commit, [...emails.values()], commitsRead)
  const known = new Set(
    authored.flatMap(({ email, path }) =>
      path.startsWith(below) ? people.byEmail(email).map((p) => `${p.address} ${path.slice(below.length)}`) : [],
    ),
  )
  return [...files].flatMap(([owner, theirs]) =>
    authors
      .filter((author) => people.byAddress.has(author))
      .filter((author) => ![...theirs].some((file) => known.has(`${author} ${file}`)))
      .map((author) => ({ author, owner })),
  )
}

function ownerOf(document: LoadedDocument | undefined): Address | undefined {
  const owner = document?.document.metadata.owner
  return owner === undefined ? undefined : referenced(owner, 'Team')
}
