import { type GraphView, graphView } from '../graph/graph-view.ts'
import { renderDot, renderMermaid, renderTree } from '../graph/render.ts'
import { listChanges } from '../ledger/find-records.ts'
import { changePath } from '../ledger/paths.ts'
import type { Address } from '../model/address.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { ChangeRecord } from '../model/record.ts'
import { nearest } from '../schema/nearest.ts'
import { codes } from './codes.ts'
import { loadMeant } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import type { GraphSubject } from './graph-result.ts'
import { originOf } from './origin.ts'
import { findRecord, type RecordStep, recordHistory } from './records.ts'
import type { World } from './world.ts'

const report = reporter(codes)
type Refused = { readonly refused: readonly Diagnostic[] }

/** Finds an address however its kind is spelled; a suggestion where there is none. */
export function addressIn(estate: EstateAt, text: string): Address | Refused {
  const [kind = '', name = ''] = text.split('/')
  const known = [...estate.kinds.keys()].find((k) => k.toLowerCase() === kind.toLowerCase())
  const address: Address = `${known ?? kind}/${name}`
  if (estate.graph.documents.has(address)) return address
  const near =
    nearest(address, estate.graph.documents.keys()) ??
    (known === undefined ? nearest(kind, estate.kinds.keys()) : undefined)
  return {
    refused: [
      report('document-unknown', {
        summary: `there is no ${text}`,
        ...(near !== undefined && { hint: `did you mean ${near}?` }),
      }),
    ],
  }
}

export interface Drawn extends GraphSubject {
  readonly view: GraphView
  /** What was looked at, and when. */
  readonly of: string
}

/** The part of the graph that somebody wants to see. */
export async function viewGraph(
  world: World,
  options: {
    readonly address?: string
    readonly reach: boolean
    readonly depth?: number
    /** Only documents of these kinds. */
    readonly kinds?: readonly string[]
    readonly commit?: string
  },
): Promise<Drawn | Refused> {
  const estate = await loadMeant(world, options.commit)
  const about = options.address === undefined ? undefined : addressIn(estate, options.address)
  if (typeof about === 'object') return about
  const kinds = options.kinds?.map((kind) => kindIn(estate, kind))
  for (const kind of kinds ?? []) if (typeof kind === 'object') return kind
  const view = graphView(estate.graph, {
    ...(about !== undefined && { about: [about] }),
    direction: options.reach ? 'neededBy' : 'needs',
    ...(options.depth !== undefined && { depth: options.depth }),
    ...(kinds !== undefined && { kinds: kinds.filter((k) => typeof k === 'string') }),
    links: estate.compile.links(),
  })
  return { view, about, reach: options.reach, of: originOf(world, estate, options.commit) }
}

/** As programs for drawing, and people at a terminal, read it. */
export function graphText({ view, reach }: Drawn, format: 'tree' | 'dot' | 'mermaid'): string {
  if (format === 'tree') return renderTree(view, reach)
  return format === 'dot' ? renderDot(view) : renderMermaid(view)
}

/** Finds a kind however it is spelled; a suggestion where there is none. */
function kindIn(estate: EstateAt, text: string): string | Refused {
  const found = [...estate.kinds.keys()].find((k) => k.toLowerCase() === text.toLowerCase())
  if (found !== undefined) return found
  const near = nearest(text, estate.kinds.keys())
  const hint = near === undefined ? {} : { hint: `did you mean ${near}?` }
  return { refused: [report('kind-unknown', { summary: `there is no kind ${text}`, ...hint })] }
}

export interface Listing {
  /** What was looked at, and when. */
  readonly of: string
  readonly kinds?: readonly { readonly kind: string; readonly documents: number }[]
  readonly documents?: readonly {
    readonly address: Address
    readonly name: string
    readonly owner: string
    readonly labels: string
    readonly place: string
  }[]
  readonly one?: unknown
  /** Address of the one. */
  readonly title?: string
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
  const estate = await loadMeant(world, options.commit)
  const of = originOf(world, estate, options.commit)
  if (options.kind === undefined) {
    const kinds = [...estate.kinds.keys()].map((kind) => ({ kind, documents: estate.graph.ofKind(kind).length }))
    return { of, kinds: kinds.filter((k) => k.documents > 0).sort((a, b) => compareText(a.kind, b.kind)) }
  }
  const wanted = options.name === undefined ? options.kind : `${options.kind}/${options.name}`
  if (wanted.includes('/')) {
    const address = addressIn(estate, wanted)
    if (typeof address === 'object') return address
    const found = estate.graph.documents.get(address)
    return {
      of,
      title: address,
      one: found?.document,
      text: `# ${found?.file}:${found?.line}\n${JSON.stringify(found?.document, null, 2)}\n`,
    }
  }
  const kind = kindIn(estate, options.kind)
  if (typeof kind === 'object') return kind
  return {
    of,
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

/** Which changes are meant; what is not given does not matter. */
export interface RecordFilter {
  readonly state?: string
  readonly type?: string
  /** Opened at or after, and before; ISO 8601, UTC. */
  readonly since?: string
  readonly until?: string
  /** Opened, approved, broke the glass for or reviewed it; with or without `Person/`. */
  readonly person?: string
  readonly host?: string
}

export async function listRecords(
  world: World,
  { limit, ...filter }: RecordFilter & { readonly limit: number },
): Promise<readonly ChangeRecord[]> {
  const view = await (await world.ledger()).view()
  const { changes } = await listChanges(view, Object.keys(filter).length === 0 ? { limit } : {})
  return changes.filter((change) => isMeant(change, filter)).slice(0, limit)
}

function isMeant(change: ChangeRecord, { state, type, since, until, person, host }: RecordFilter): boolean {
  const { openedAt, openedBy, approvals, emergency, review } = change
  const people = [openedBy, ...approvals.map((a) => a.approver), emergency?.person, review?.reviewer]
  const who = person === undefined || person.includes('/') ? person : `Person/${person}`
  return (
    (state === undefined || change.state === state) &&
    (type === undefined || change.type === type) &&
    (since === undefined || openedAt >= since) &&
    (until === undefined || openedAt < until) &&
    (who === undefined || people.some((p) => p?.toLowerCase() === who.toLowerCase())) &&
    (host === undefined || change.actions.some((a) => a.host === host))
  )
}

export interface Shown {
  readonly record: ChangeRecord
  readonly history: readonly RecordStep[]
}

export async function showRecord(world: World, id: string): Promise<Shown | Refused> {
  const record = await findRecord(world, id)
  if (record === undefined) return { refused: [report('change-unknown', { summary: `there is no ${id}` })] }
  return { record, history: await recordHistory(world, changePath(record.id)) }
}
