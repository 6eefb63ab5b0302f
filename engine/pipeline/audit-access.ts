import { type AccessRow, accessOn, type Given, type LeftOver, leftOvers } from '../audit/access.ts'
import { referenced } from '../change/people.ts'
import { type Address, addressOf } from '../model/address.ts'
import { digestOf } from '../model/canonical.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { JsonObject } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { asOfWorld, momentOf } from './as-of.ts'
import { codes } from './codes.ts'
import { loadCommit } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { givenBy } from './given-by.ts'
import type { Moment } from './moment.ts'
import { pastRecords } from './past-changes.ts'
import { addressIn } from './queries.ts'
import { appliedHosts, expectGenesis } from './records.ts'
import type { World } from './world.ts'

const report = reporter(codes)
type Refused = { readonly refused: readonly Diagnostic[] }

export interface AccessAt {
  /** ISO 8601, UTC: the moment that is shown. */
  readonly at: string
  /** Commit of the target branch then. */
  readonly commit: string
  readonly rows: readonly (AccessRow & { readonly given: readonly Given[] })[]
  readonly leftOver: readonly LeftOver[]
}

export interface AccessOptions {
  /** A date, a commit, a change…; see `momentOf`. */
  readonly asOf: string
  readonly person?: string
  readonly host?: string
}

/** Who had which access at a moment, by the documents and records of then. */
export async function auditAccess(world: World, options: AccessOptions): Promise<AccessAt | Refused> {
  await expectGenesis(world)
  const moment = await momentOf(world, options.asOf)
  return 'refused' in moment ? moment : accessAt(world, moment, options)
}

export async function accessAt(
  world: World,
  moment: Moment,
  only: Pick<AccessOptions, 'person' | 'host'> = {},
): Promise<AccessAt | Refused> {
  const then = await asOfWorld(world, moment)
  const estate = await loadCommit(then, moment.commit)
  const host = only.host === undefined ? undefined : named(estate, 'Host', only.host)
  const person = only.person === undefined ? undefined : named(estate, 'Person', only.person)
  for (const asked of [host, person]) if (typeof asked === 'object') return asked
  const hosts = estate.graph.ofKind('Host').filter((h) => host === undefined || h.address === host)
  const names = hosts.map((h) => h.document.metadata.name)
  const found = rowsOf(then, estate, names, await appliedHosts(then, names))
  const rows = found.rows.filter((r) => person === undefined || r.person === person)
  const changes = moment.ledger === undefined ? [] : (await pastRecords(then)).changes
  const adoption = (await expectGenesis(world)).adoption
  const basis = rows.map((row) => basisOf(estate.graph, row))
  const at = { commit: moment.commit, adoption, changes }
  const given = await givenBy(then, new Set(basis.flat()), at, async (commit) => (await loadCommit(then, commit)).graph)
  return {
    at: moment.at,
    commit: moment.commit,
    rows: rows.map((row, i) => ({
      ...row,
      roles: [...rolesOf(estate.graph, row), ...row.roles],
      given: (basis[i] ?? []).flatMap((address) => given.get(address) ?? []),
    })),
    leftOver: person === undefined ? found.leftOver : [],
  }
}

function rowsOf(
  world: World,
  estate: EstateAt,
  names: readonly string[],
  applied: Awaited<ReturnType<typeof appliedHosts>>,
) {
  const people = new Map(
    estate.graph.ofKind('Person').flatMap(({ address, document }): [string, Address][] => {
      const { login } = document.spec as { readonly login?: string }
      return login === undefined ? [] : [[login, address]]
    }),
  )
  const questions = names.map((name) => {
    const { ssh } = (estate.graph.documents.get(`Host/${name}`)?.document.spec ?? {}) as {
      readonly ssh?: { readonly user?: string; readonly sudo?: boolean }
    }
    return {
      catalogue: estate.compile.host(name),
      applied: applied.get(name),
      people,
      engine: { login: ssh?.user ?? 'plumbline', sudo: ssh?.sudo !== false },
      digest: (spec: JsonObject) => digestOf(world.sha256, spec),
      fingerprint: world.fingerprint,
    }
  })
  return { rows: questions.flatMap(accessOn), leftOver: questions.flatMap(leftOvers) }
}

/** Documents that an access rests on: what asks for it, the roles and teams of grants, and the person. */
function basisOf(graph: Graph, row: AccessRow): readonly Address[] {
  const grants = row.via.filter((address) => address.startsWith('AccessGrant/'))
  const further = grants.flatMap((address) =>
    graph
      .outgoing(address)
      .map((e) => e.to)
      .filter((to) => to.startsWith('Role/') || (to.startsWith('Team/') && isIn(graph, to, row.person))),
  )
  return [...new Set([...row.via, ...further, ...(row.person === undefined ? [] : [row.person])])]
}

const isIn = (graph: Graph, team: Address, person: Address | undefined): boolean =>
  graph.outgoing(team).some((e) => e.to === person && e.label === 'spec.members')

function rolesOf(graph: Graph, { via }: AccessRow): readonly string[] {
  const roles = via.flatMap((address) => {
    const { role } = (graph.documents.get(address)?.document.spec ?? {}) as { readonly role?: string }
    return address.startsWith('AccessGrant/') && role !== undefined ? [role.replace(/^.*\//, '')] : []
  })
  return [...new Set(roles)].sort(compareText)
}

/** The document that is meant by a name or an address. */
function named(estate: EstateAt, kind: 'Host' | 'Person', text: string): Address | Refused {
  const address = kind === 'Person' ? referenced(text, 'Person') : text.includes('/') ? text : addressOf('Host', text)
  const found = addressIn(estate, address)
  if (typeof found === 'object' || found.startsWith(`${kind}/`)) return found
  return { refused: [report('document-unknown', { summary: `${text} is no ${kind}` })] }
}
