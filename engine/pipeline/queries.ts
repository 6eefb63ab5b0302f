import { graphView } from '../graph/graph-view.ts'
import { graphJson, renderDot, renderMermaid, renderTree } from '../graph/render.ts'
import { appliedHost, listChanges } from '../ledger/find-records.ts'
import { changePath } from '../ledger/paths.ts'
import type { Address } from '../model/address.ts'
import { digestOf } from '../model/canonical.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Json, LoadedDocument } from '../model/document.ts'
import type { ChangeRecord } from '../model/record.ts'
import type { Resource, ResourceId } from '../model/resource.ts'
import { observeHosts } from '../observe/observe-hosts.ts'
import { nearest } from '../schema/nearest.ts'
import { codes } from './codes.ts'
import { type EstateAt, loadCommit, loadWork, readConfig } from './estate.ts'
import { hostLimits } from './plan-hosts.ts'
import { findRecord, trusted } from './records.ts'
import { targetsOf } from './targets.ts'
import type { World } from './world.ts'

const report = reporter(codes)
type Refused = { readonly refused: readonly Diagnostic[] }

const estateAt = (world: World, commit: string | undefined): Promise<EstateAt> =>
  commit === undefined ? loadWork(world) : loadCommit(world, commit)

/** Finds an address however its kind is spelled; a suggestion where there is none. */
export function addressIn(estate: EstateAt, text: string): Address | Refused {
  const [kind = '', name = ''] = text.split('/')
  const known = [...estate.kinds.keys()].find((k) => k.toLowerCase() === kind.toLowerCase())
  const address: Address = `${known ?? kind}/${name}`
  if (estate.graph.documents.has(address)) return address
  const near = nearest(address, estate.graph.documents.keys())
  return {
    refused: [
      report('document-unknown', {
        summary: `there is no ${text}`,
        ...(near !== undefined && { hint: `did you mean ${near}?` }),
      }),
    ],
  }
}

export async function drawGraph(
  world: World,
  options: {
    readonly address?: string
    readonly reach: boolean
    readonly depth?: number
    readonly format: 'tree' | 'dot' | 'mermaid' | 'json'
    readonly commit?: string
  },
): Promise<{ readonly text: string } | Refused> {
  const estate = await estateAt(world, options.commit)
  const address = options.address === undefined ? undefined : addressIn(estate, options.address)
  if (typeof address === 'object') return address
  const view = graphView(estate.graph, {
    ...(address !== undefined && { about: [address] }),
    direction: options.reach ? 'neededBy' : 'needs',
    ...(options.depth !== undefined && { depth: options.depth }),
    links: estate.compile.links(),
  })
  switch (options.format) {
    case 'dot':
      return { text: renderDot(view) }
    case 'mermaid':
      return { text: renderMermaid(view) }
    case 'json':
      return { text: `${JSON.stringify(graphJson(view), null, 2)}\n` }
    default:
      return { text: renderTree(view, options.reach) }
  }
}

export interface Listing {
  readonly kinds?: readonly { readonly kind: string; readonly documents: number }[]
  readonly documents?: readonly {
    readonly address: Address
    readonly name: string
    readonly owner: string
    readonly labels: string
    readonly place: string
  }[]
  readonly one?: unknown
  readonly text?: string
}

export async function getDocuments(
  world: World,
  options: {
    readonly kind?: string
    readonly name?: string
    readonly labels: readonly string[]
    readonly commit?: string
  },
): Promise<Listing | Refused> {
  const estate = await estateAt(world, options.commit)
  if (options.kind === undefined) {
    const kinds = [...estate.kinds.keys()].map((kind) => ({ kind, documents: estate.graph.ofKind(kind).length }))
    return { kinds: kinds.filter((k) => k.documents > 0).sort((a, b) => compareText(a.kind, b.kind)) }
  }
  const wanted = options.name === undefined ? options.kind : `${options.kind}/${options.name}`
  if (wanted.includes('/')) {
    const address = addressIn(estate, wanted)
    if (typeof address === 'object') return address
    const found = estate.graph.documents.get(address)
    return {
      one: found?.document,
      text: `# ${found?.file}:${found?.line}\n${JSON.stringify(found?.document, null, 2)}\n`,
    }
  }
  const kind = [...estate.kinds.keys()].find((k) => k.toLowerCase() === options.kind?.toLowerCase())
  if (kind === undefined) {
    const near = nearest(options.kind, estate.kinds.keys())
    return {
      refused: [
        report('kind-unknown', {
          summary: `there is no kind ${options.kind}`,
          ...(near !== undefined && { hint: `did you mean ${near}?` }),
        }),
      ],
    }
  }
  return {
    documents: estate.graph
      .ofKind(kind)
      .filter((d) => carries(d, options.labels))
      .map(row),
  }
}

function carries({ document }: LoadedDocument, labels: readonly string[]): boolean {
  return labels.every((label) => {
    const [key = '', value] = label.split('=')
    const has = document.metadata.labels?.[key]
    return value === undefined ? has !== undefined : has === value
  })
}

function row({ address, document, file, line }: LoadedDocument) {
  const { name, owner = '', labels = {} } = document.metadata
  const text = Object.entries(labels)
    .map(([k, v]) => `${k}=${v}`)
    .sort()
    .join(' ')
  return { address, name, owner, labels: text, place: `${file}:${line}` }
}

export async function listRecords(
  world: World,
  options: { readonly limit: number; readonly state?: string },
): Promise<readonly ChangeRecord[]> {
  const view = await (await world.ledger()).view()
  const { changes } = await listChanges(view, options.state === undefined ? { limit: options.limit } : {})
  return changes.filter((c) => options.state === undefined || c.state === options.state).slice(0, options.limit)
}

export interface Shown {
  readonly record: ChangeRecord
  readonly history: readonly {
    readonly at: string
    readonly transition: string
    readonly actor: string
    readonly commit: string
  }[]
}

export async function showRecord(world: World, id: string): Promise<Shown | Refused> {
  const record = await findRecord(world, id)
  if (record === undefined) return { refused: [report('change-unknown', { summary: `there is no ${id}` })] }
  const commits = await (await world.ledger()).history(changePath(record.id))
  return {
    record,
    history: commits.map((c) => ({
      at: c.at,
      transition: c.trailers['Transition'] ?? c.title,
      actor: c.trailers['Actor'] ?? '?',
      commit: c.id,
    })),
  }
}

export interface BlameLine {
  readonly resource: ResourceId
  /** `so`: the host still shows what was applied; `moved`: something else. */
  readonly now: 'so' | 'moved' | 'unknown' | 'not-looked'
  readonly change: string
  readonly commit: string
  readonly approvers: readonly Address[]
  readonly at: string
  /** Documents that want it today, with their places. */
  readonly declaredBy: readonly string[]
  /** The state that is there now, where it moved. */
  readonly state?: Json
}

/** Which commit, change and approvers put the settings of a host there, and whether they are still so. */
export async function blame(
  world: World,
  options: { readonly host: string; readonly resource?: string; readonly offline: boolean },
): Promise<{ readonly lines: readonly BlameLine[] } | Refused> {
  const config = await readConfig(world, 'HEAD')
  const estate = await loadCommit(world, config.branch ?? 'main')
  const host = addressIn(estate, options.host.includes('/') ? options.host : `Host/${options.host}`)
  if (typeof host === 'object') return host
  const name = host.slice('Host/'.length)
  const applied = trusted(await appliedHost(await (await world.ledger()).view(), name, world.sha256))
  const ids = Object.keys(applied?.resources ?? {}).filter(
    (id) => options.resource === undefined || id === options.resource,
  ) as ResourceId[]
  if (ids.length === 0) {
    const near =
      options.resource === undefined ? undefined : nearest(options.resource, Object.keys(applied?.resources ?? {}))
    const summary =
      options.resource === undefined
        ? `nothing was applied to ${name} yet`
        : `nothing was applied to ${options.resource} on ${name}`
    return {
      refused: [report('nothing-applied', { summary, ...(near !== undefined && { hint: `did you mean ${near}?` }) })],
    }
  }
  const catalogue = estate.compile.host(name)
  const wanted = new Map(catalogue.resources.map((r) => [r.id, r]))
  const seen = options.offline
    ? undefined
    : await look(
        world,
        estate,
        name,
        catalogue.resources.filter((r) => ids.includes(r.id)),
      )
  return {
    lines: ids.sort(compareText).flatMap((id): BlameLine[] => {
      const last = applied?.resources[id]
      if (last === undefined) return []
      const { change, commit, approvers, at } = last
      const declaredBy = (wanted.get(id)?.declaredBy ?? []).map((d) => `${d.address} ${d.place.file}:${d.place.line}`)
      return [{ resource: id, change, commit, approvers, at, declaredBy, ...nowOf(world, last.state, seen, id) }]
    }),
  }
}

type Seen = Awaited<ReturnType<typeof look>>

function nowOf(world: World, applied: string, seen: Seen, id: ResourceId): Pick<BlameLine, 'now' | 'state'> {
  if (seen === undefined) return { now: 'not-looked' }
  const observation = seen.observations.get(id)
  if (observation === undefined || observation.status === 'unknown') return { now: 'unknown' }
  const state = observation.status === 'present' ? observation.state : null
  return digestOf(world.sha256, state) === applied ? { now: 'so' } : { now: 'moved', state }
}

async function look(world: World, estate: EstateAt, host: string, resources: readonly Resource[]) {
  const target = targetsOf(estate.graph).get(host)
  if (target === undefined) return undefined
  const [seen] = await observeHosts({
    targets: [target],
    catalogues: new Map([[host, { host, resources }]]),
    types: world.types,
    connector: await world.connector(),
    clock: world.clock,
    sha256: world.sha256,
    nonce: world.uuid().replaceAll('-', ''),
    deadlineMs: hostLimits.deadlineMs,
    outputCap: hostLimits.outputCap,
    emit: world.emit,
  })
  return seen
}
