import { editYaml } from '../drift/edit-yaml.ts'
import type { Address } from '../model/address.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { JsonPath, LoadedDocument } from '../model/document.ts'
import type { LeaseSort } from '../model/lease.ts'
import { type Planned, type Space, scopeOf, spaceOf } from '../practices/network/allocation.ts'
import { allocationRequest } from '../schema/allocation-request.ts'
import { markedSchema, visitMarks } from '../schema/marks.ts'
import { type Surroundings, surroundingsOf } from './address-pools.ts'
import { codes } from './codes.ts'
import { loadWork } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { type Asked, type Given, giveNext } from './give-next.ts'
import { append, expectGenesis } from './records.ts'
import type { World } from './world.ts'
import { type Writer, writerHere } from './writer-here.ts'

const report = reporter(codes)
type Refused = { readonly refused: readonly Diagnostic[] }

/** A value that a document of the working folder asks for. */
interface Request {
  readonly document: LoadedDocument
  readonly path: JsonPath
  readonly sort: LeaseSort
  readonly pool: Address
  readonly length?: number
}

interface Wanted extends Request, Asked {}

/** A value that a document has now. */
export interface Allocated {
  readonly document: Address
  readonly field: string
  readonly value: string
  readonly pool: Address
  readonly file: string
  /** `kept`: it had been leased for this document on this branch before. */
  readonly lease: 'taken' | 'kept'
}

export interface Allocation {
  readonly allocated: readonly Allocated[]
  /** What has been leased and could not be written into its document. */
  readonly findings: readonly Diagnostic[]
}

/**
 * Gives every document of the working folder that asks for an address, prefix or VLAN number the next free one: leased on the ledger, so that nobody
 * else gets it, and written where the request stood. All of them or, where one can't be had, none. Run again after it broke off, it goes
 * on with what it had leased.
 *
 * @param only documents to do it for; all where none is named
 */
export async function allocate(world: World, only: readonly string[]): Promise<Allocation | Refused> {
  await expectGenesis(world)
  const writer = (): ReturnType<typeof writerHere> => writerHere(world)
  const branch = await (await world.repository()).currentBranch()
  const made = await allocateIn(world, await loadWork(world), {
    ...{ only, branch, writer },
    read: async (path) => (await world.folder.read(path)) ?? '',
  })
  if ('refused' in made) return made
  await world.folder.replace(made.files)
  const { allocated, findings } = made
  return { allocated, findings }
}

interface AllocateInOptions {
  /** Documents to do it for; all where none is named. */
  readonly only: readonly string[]
  /** The branch whose documents they are: what was leased on it before is kept. */
  readonly branch: string | undefined
  /** Who leases; asked only where something is to be leased. */
  readonly writer: () => Promise<Writer | Refused>
  readonly read: (path: string) => Promise<string>
}

/** The same for the documents of any tree; files that say what was given come back instead of being written. */
export async function allocateIn(
  world: World,
  estate: EstateAt,
  { only, branch, writer: who, read }: AllocateInOptions,
): Promise<(Allocation & { readonly files: ReadonlyMap<string, string> }) | Refused> {
  const requests = requestsIn(estate, only)
  if ('refused' in requests) return requests
  if (requests.length === 0) return { allocated: [], findings: [], files: new Map() }
  const around = await surroundingsOf(world, estate)
  const asked: Wanted[] = []
  const refused: Diagnostic[] = []
  for (const request of requests) {
    const space = spaceFor(request, around)
    if ('fault' in space) refused.push(told(estate, request, 'pool-unusable', space.fault))
    else asked.push({ ...request, of: request.document.address, field: fieldOf(request), space })
  }
  if (refused.length > 0) return { refused }
  const writer = await who()
  if ('refused' in writer) return writer
  const given = await append<readonly Given<Wanted>[] | Refused>(world, async (view) => {
    const next = await giveNext(world, asked, { branch, observed: around.observed, writer }, view)
    if (next.without.length === 0) return { entries: next.entries, result: next.given }
    const nothing = (r: Wanted) => told(estate, r, 'pool-exhausted', `${r.pool} has nothing left that is free`)
    return { entries: [], result: { refused: next.without.map(nothing) } }
  })
  if ('refused' in given) return given
  const allocated = given.map(({ request: { of, field, pool, document }, value, lease }) => {
    const { file } = document
    return { document: of, field, value, pool, file, lease }
  })
  return { allocated, ...(await written(given, read)) }
}

/** Requests in the order of their documents' addresses, whatever files they stand in. */
function requestsIn(estate: EstateAt, only: readonly string[]): readonly Request[] | Refused {
  const waiting = new Set(estate.diagnostics.filter((d) => d.code === 'unallocated').map((d) => d.subject))
  const found = [...estate.graph.documents.values()].filter((d) => waiting.has(d.address))
  const wanted = only.map((name) => name.toLowerCase())
  const missing = only.filter((name) => !found.some((d) => d.address.toLowerCase() === name.toLowerCase()))
  if (missing.length > 0)
    return {
      refused: missing.map((name) =>
        report('document-unknown', {
          summary: `no ${name.slice(0, 130)} asks for anything`,
          hint: 'write what it asks for where the value is to stand, such as address: { from: prefix/NAME }',
        }),
      ),
    }
  return found
    .filter((d) => only.length === 0 || wanted.includes(d.address.toLowerCase()))
    .flatMap((document) => requestsOf(estate, document))
}

function requestsOf({ kinds }: EstateAt, document: LoadedDocument): readonly Request[] {
  const kind = kinds.get(document.document.kind)
  const schema = kind === undefined ? undefined : markedSchema(kind.schema)
  const requests: Request[] = []
  if (schema === undefined) return requests
  visitMarks(
    schema,
    document.document.spec,
    ({ allocate: sort }, value, path) => {
      const request = sort === undefined ? undefined : allocationRequest(sort, value)
      if (sort !== undefined && request !== undefined) requests.push({ document, path, sort, ...request })
    },
    ['spec'],
  )
  return requests
}

function spaceFor(request: Request, { here, others }: Surroundings): Space | { readonly fault: string } {
  const { document, pool, sort, length } = request
  const space = spaceOf(pool, { sort, length }, here, others)
  if ('fault' in space) return space
  return scopeFault(here, document, space) ?? space
}

/** A document is where its pool is: in the same routing table, or at the site. */
function scopeFault({ graph }: Planned, { address }: LoadedDocument, { sort, scope }: Space) {
  const own = scopeOf(graph, address, sort)
  if (own === scope) return undefined
  const field = sort === 'vlan' ? 'site' : 'vrf'
  return {
    fault:
      scope === '-' ? `it is in no vrf, and ${address} is in ${own}` : `say ${field}: ${scope} in ${address}, as it is`,
  }
}

const fieldOf = ({ path }: Request): string => path.join('.')

function told(
  estate: EstateAt,
  { document, path }: Request,
  code: 'pool-unusable' | 'pool-exhausted',
  summary: string,
) {
  return report(code, { summary, subject: document.address, ...estate.locate(document, path) })
}

/** Values where the requests stood. What can't be edited in place is told, to be written by hand. */
async function written(
  given: readonly Given<Wanted>[],
  read: AllocateInOptions['read'],
): Promise<{ readonly findings: readonly Diagnostic[]; readonly files: ReadonlyMap<string, string> }> {
  const findings: Diagnostic[] = []
  const files = new Map<string, string>()
  for (const { request, value } of given) {
    const { document, path, sort, of, field } = request
    const { file, index, line } = document
    const text = files.get(file) ?? (await read(file))
    const edited = editYaml(text, index, [{ path, set: sort === 'vlan' ? Number(value) : value }])
    if ('text' in edited) files.set(file, edited.text)
    else
      findings.push(
        report('allocation-unwritten', {
          summary: `${field} of ${of} is ${value}: ${edited.refused}`,
          ...{ subject: of, file, line, column: 1 },
        }),
      )
  }
  return { findings, files }
}
