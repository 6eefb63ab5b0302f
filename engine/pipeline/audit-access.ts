import { type AccessRow, accessOn, type Given, type LeftOver, leftOvers } from '../audit/access.ts'
import { type Address, addressOf, kindOf } from '../model/address.ts'
import { digestOf } from '../model/canonical.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { JsonObject } from '../model/document.ts'
import { type Graph, targets } from '../model/graph.ts'
import { membersIn } from '../model/members.ts'
import { holdingsAt } from '../practices/access/holdings.ts'
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
  /** Accounts on hosts. */
  readonly rows: readonly (AccessRow & { readonly given: readonly Given[] })[]
  /** Zones and applications; places in teams and groups, where somebody asked for one. */
  readonly held: readonly (Held & { readonly given: readonly Given[] })[]
  readonly leftOver: readonly LeftOver[]
}

export interface AccessOptions {
  /** A date, a commit, a change…; see `momentOf`. */
  readonly asOf: string
  /** A person or a service account. */
  readonly person?: string
  /** A host, or `zone/…`, `room/…`, `application/…`, `group/…` and `team/…`. */
  readonly about?: string
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
  only: Pick<AccessOptions, 'person' | 'about'> = {},
): Promise<AccessAt | Refused> {
  const then = await asOfWorld(world, moment)
  const estate = await loadCommit(then, moment.commit)
  const about = only.about === undefined ? undefined : named(estate, 'Host', aboutKinds, only.about)
  const person = only.person === undefined ? undefined : named(estate, 'Person', holderKinds, only.person)
  if (typeof about === 'object') return about
  if (typeof person === 'object') return person
  const hosts = estate.graph.ofKind('Host').filter((h) => about === undefined || h.address === about)
  const held = about === undefined && person === undefined ? [] : heldAt(then, estate, { about, person })
  const names = hosts.map((h) => h.document.metadata.name)
  const found = rowsOf(then, estate, names, await appliedHosts(then, names))
  const rows = found.rows.filter((r) => person === undefined || r.person === person)
  const changes = moment.ledger === undefined ? [] : (await pastRecords(then)).changes
  const adoption = (await expectGenesis(world)).adoption
  const basis = rows.map((row) => basisOf(estate.graph, row))
  const basisOfHeld = held.map((h) => [h.by, ...h.via])
  const at = { commit: moment.commit, adoption, changes }
  const given = await givenBy(
    then,
    new Set([...basis, ...basisOfHeld].flat()),
    at,
    async (commit) => (await loadCommit(then, commit)).graph,
  )
  return {
    at: moment.at,
    commit: moment.commit,
    rows: rows.map((row, i) => ({
      ...row,
      roles: [...rolesOf(estate.graph, row), ...row.roles],
      given: (basis[i] ?? []).flatMap((address) => given.get(address) ?? []),
    })),
    held: held.map((h, i) => ({
      ...h,
      given: (basisOfHeld[i] ?? []).flatMap((address) => given.get(address) ?? []),
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
    [...estate.graph.ofKind('Person'), ...estate.graph.ofKind('ServiceAccount')].flatMap(
      ({ address, document }): [string, Address][] => {
        const { login } = document.spec as { readonly login?: string }
        return login === undefined ? [] : [[login, address]]
      },
    ),
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

/** Documents that an access rests on: what asks for it, the roles of grants, the teams and groups on the way, and the person. */
function basisOf(graph: Graph, row: AccessRow): readonly Address[] {
  const { person } = row
  const grants = row.via.filter((address) => address.startsWith('AccessGrant/'))
  const members = membersIn(graph)
  const further = grants.flatMap((address) => [
    ...targets(graph, address, 'spec.role'),
    ...targets(graph, address, 'spec.to').flatMap((to) =>
      person === undefined ? [] : (members([to]).who.get(person) ?? []),
    ),
  ])
  return [...new Set([...row.via, ...further, ...(person === undefined ? [] : [person])])]
}

/** What somebody has beside accounts on hosts, and by what. */
export interface Held {
  readonly who: Address
  readonly what: Address
  /** Of an application. */
  readonly role?: string
  /** The grant, or the team or group itself. */
  readonly by: Address
  /** Teams and groups on the way, outermost first. */
  readonly via: readonly Address[]
  readonly until?: string
}

function heldAt(
  world: World,
  estate: EstateAt,
  { about, person }: { readonly about: Address | undefined; readonly person: Address | undefined },
): readonly Held[] {
  const { graph, starts } = estate
  const zones = graph.ofKind('Zone').map((zone) => zone.address)
  const rooms =
    about?.startsWith('Room/') === true
      ? zones.filter((zone) => targets(graph, zone, 'spec.rooms').includes(about))
      : []
  const wanted = about === undefined ? undefined : new Set([about, ...rooms])
  // A role on hosts shows as accounts. A place in a team gives nothing by itself: it is told where somebody asks for the team.
  const told = (what: Address): boolean =>
    wanted === undefined ? /^(Zone|Application)\//.test(what) : wanted.has(what)
  return holdingsAt({ graph, now: world.clock.now(), starts })
    .filter(({ who, what }) => told(what) && (person === undefined || who === person))
    .map(({ who, what, role, by, via, until }) => ({
      ...{ who, what, by: by.address, via },
      ...(role !== undefined && { role }),
      ...(until !== undefined && { until }),
    }))
    .sort((a, b) => compareText(a.what, b.what) || compareText(a.who, b.who) || compareText(a.role ?? '', b.role ?? ''))
}

function rolesOf(graph: Graph, { via }: AccessRow): readonly string[] {
  const roles = via.flatMap((address) => {
    const { role } = (graph.documents.get(address)?.document.spec ?? {}) as { readonly role?: string }
    return address.startsWith('AccessGrant/') && role !== undefined ? [role.replace(/^.*\//, '')] : []
  })
  return [...new Set(roles)].sort(compareText)
}

const aboutKinds: readonly string[] = ['Host', 'Zone', 'Room', 'Application', 'Group', 'Team']
const holderKinds: readonly string[] = ['Person', 'ServiceAccount']

/** The document that is meant by a name, of `kind` where it says none, or an address. */
function named(estate: EstateAt, kind: string, kinds: readonly string[], text: string): Address | Refused {
  const bare = kinds === holderKinds && !estate.graph.documents.has(addressOf(kind, text)) ? 'ServiceAccount' : kind
  const usual = estate.graph.documents.has(addressOf(bare, text)) ? bare : kind
  const found = addressIn(estate, text.includes('/') ? text : addressOf(usual, text))
  if (typeof found === 'object' || kinds.includes(kindOf(found))) return found
  return { refused: [report('document-unknown', { summary: `${text} is no ${kinds.join(', ')}` })] }
}
