import { factProbes } from '../facts/index.ts'
import { codes as importCodes } from '../import/codes.ts'
import {
  type HostAsFound,
  hostFile,
  type ImportedHost,
  type ImportInput,
  importedHost,
  profilePathOf,
} from '../import/imported-host.ts'
import { findSecrets } from '../load/find-secret.ts'
import type { Address } from '../model/address.ts'
import { type Diagnostic, hasErrors, reporter } from '../model/diagnostic.ts'
import type { JsonObject } from '../model/document.ts'
import type { ResourceId } from '../model/resource.ts'
import type { HostObservation } from '../observe/observe-host.ts'
import { observeHosts } from '../observe/observe-hosts.ts'
import { loadWork } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { type HostKeys, type ImportTarget, importTarget } from './import-target.ts'
import { hostLimits, observing } from './observing.ts'
import { type Proof, proveEmpty } from './prove-empty.ts'
import { resourceObjections } from './resource-objections.ts'
import { type Label, type Shared, shareProfiles } from './share-profiles.ts'
import type { World } from './world.ts'

const report = reporter(importCodes)
type Refused = { readonly refused: readonly Diagnostic[] }

export interface ImportOptions extends HostKeys {
  /** `ssh://user@host`, or names of Host documents. */
  readonly from: readonly string[]
  readonly name?: string
  readonly environment?: string
  readonly site?: string
  /** `team/platform`, `person/n.ito` */
  readonly owner?: string
  readonly dryRun?: boolean
  readonly force?: boolean
  /** Factor what the hosts share into profiles: those of `from`, or `hosts`, or all that have a profile of their own. */
  readonly fleet?: { readonly hosts?: readonly string[]; readonly label?: Label; readonly least?: number }
}

/** A host and what was written down of it. */
export interface Written extends ImportedHost {
  readonly host: string
  readonly address: string
  readonly system?: string
}

export interface Imported {
  readonly hosts: readonly Written[]
  readonly shared: readonly Shared[]
  /** Left out where nothing was written. */
  readonly proof?: Proof
}

/** Writes documents for running hosts, factors what they share, and proves that a plan of them is empty. */
export async function importHosts(world: World, options: ImportOptions): Promise<Imported | Refused> {
  const estate = await loadWork(world)
  if (hasErrors(estate.diagnostics)) return { refused: [brokenEstate(estate)] }
  const place = options.from.length === 0 ? {} : placeIn(estate, options)
  if ('refused' in place) return place as Refused
  const written = await writeDown(world, estate, options, place as Place)
  if ('refused' in written) return written
  if (options.dryRun === true) return { hosts: written.hosts, shared: [] }
  const names = written.hosts.map(({ host }) => host)
  const wanted = options.fleet?.hosts ?? (names.length > 0 ? names : undefined)
  const shared =
    options.fleet === undefined
      ? { shared: [], hosts: names }
      : await shareProfiles(world, {
          ...options.fleet,
          ...(options.owner !== undefined && { owner: options.owner }),
          ...(wanted !== undefined && { hosts: wanted }),
        })
  if ('refused' in shared) return shared
  const touched = [...new Set([...names, ...shared.hosts])].sort()
  return { hosts: written.hosts, shared: shared.shared, proof: await proveEmpty(world, touched) }
}

function brokenEstate(estate: EstateAt): Diagnostic {
  const [first] = estate.diagnostics.filter((d) => d.severity === 'error')
  return report('import-estate', { summary: `the estate has errors: ${first?.summary ?? 'see validate'}` })
}

interface Place {
  readonly environment: string
  readonly site?: string
}

/** The environment and site that are named, or the only one there is. */
function placeIn(estate: EstateAt, options: ImportOptions): Place | Refused {
  const names = (kind: string): string[] => estate.graph.ofKind(kind).map((d) => d.document.metadata.name)
  const environments = names('Environment')
  const environment = options.environment ?? (environments.length === 1 ? environments[0] : undefined)
  const list = environments.length === 0 ? 'the estate has none' : `there are ${environments.join(', ')}`
  if (environment === undefined || !environments.includes(environment))
    return {
      refused: [
        report('import-place', {
          summary:
            environment === undefined
              ? `no environment is named: ${list}`
              : `there is no environment ${environment}: ${list}`,
        }),
      ],
    }
  const { site } = options
  if (site !== undefined && !names('Site').includes(site))
    return { refused: [report('import-place', { summary: `there is no site ${site}` })] }
  if (options.owner !== undefined && !estate.graph.documents.has(addressOf(options.owner)))
    return { refused: [report('import-place', { summary: `there is no ${options.owner}` })] }
  return { environment, ...(site !== undefined && { site }) }
}

/** `team/platform` means Team/platform. */
function addressOf(owner: string): Address {
  const [kind = '', name = ''] = owner.split('/')
  return `${kind.slice(0, 1).toUpperCase()}${kind.slice(1).toLowerCase()}/${name}`
}

async function writeDown(
  world: World,
  estate: EstateAt,
  options: ImportOptions,
  place: Place,
): Promise<{ readonly hosts: readonly Written[] } | Refused> {
  if (options.name !== undefined && options.from.length > 1)
    return { refused: [report('import-name', { summary: 'one name can not be that of several hosts' })] }
  const targets: ImportTarget[] = []
  const refused: Diagnostic[] = []
  for (const said of options.from) {
    const target = await importTarget(world, estate, said, options)
    if ('refused' in target) refused.push(...target.refused)
    else targets.push(target)
  }
  if (refused.length > 0) return { refused }
  const seen = await lookAt(world, targets)
  const hosts: Found[] = []
  for (const [i, target] of targets.entries()) {
    const found = foundHost(target, seen[i], options, place)
    if ('refused' in found) refused.push(...found.refused)
    else hosts.push(found)
  }
  refused.push(...(await occupied(world, estate, hosts, options)))
  if (refused.length > 0) return { refused }
  const dryRun = options.dryRun === true
  const documents = new Map(hosts.flatMap(({ document }) => (document === undefined ? [] : [document])))
  if (!dryRun) await world.folder.replace(documents)
  // With the new hosts in it, the estate tells which profiles of others select them.
  const around = dryRun ? estate : await loadWork(world)
  const invalid = await resourceObjections(world)
  const written = hosts.map((found) =>
    profileOf(world, found, { declared: declaredByOthers(around, found.name), invalid }),
  )
  if (!dryRun) for (const { files } of written) await world.folder.replace(files)
  return { hosts: written }
}

async function lookAt(world: World, targets: readonly ImportTarget[]): Promise<readonly HostObservation[]> {
  return observeHosts({
    targets: targets.map(({ target }) => target),
    catalogues: new Map(),
    ...(await observing(world)),
    facts: factProbes,
    discover: true,
    concurrency: hostLimits.concurrency,
    emit: world.emit,
  })
}

/** A host that was seen, and knows its name. */
interface Found extends HostAsFound {
  readonly target: ImportTarget['target']
  readonly discovered: NonNullable<HostObservation['discovered']>
  /** Path and text of its document, where one is to be written. */
  readonly document?: readonly [string, string]
}

function foundHost(
  { said, target, host }: ImportTarget,
  observed: HostObservation | undefined,
  options: ImportOptions,
  place: Place,
): Found | Refused {
  const { failure, facts, discovered } = observed ?? {}
  if (observed === undefined || facts === undefined || discovered === undefined) {
    const detail = failure === undefined ? 'nothing came back' : `${failure.reason}: ${failure.detail}`
    return { refused: [report('import-unseen', { summary: `${said}: ${detail}` })] }
  }
  const { os } = facts.facts
  const name = host === undefined ? said : (options.name ?? os?.hostname.split('.')[0]?.toLowerCase())
  if (name === undefined || !/^[a-z0-9][a-z0-9.-]{0,62}$/.test(name))
    return { refused: [report('import-name', { summary: `${said} has no name that a document can have` })] }
  const { owner } = options
  const found = { name, ...(owner !== undefined && { owner }), facts: facts.facts, at: observed.at, target, discovered }
  if (host === undefined) return found
  const system = os === undefined ? undefined : `${os.id}${os.version === undefined ? '' : `-${os.version}`}`
  const { ssh, ...address } = host
  const spec: JsonObject = {
    ...address,
    ...place,
    ...(ssh !== undefined && { ssh }),
    ...(system !== undefined && /^[\x20-\x7e]{1,60}$/.test(system) && { operatingSystem: system }),
  }
  const { label } = options.fleet ?? {}
  return { ...found, document: hostFile(found, spec, label === undefined ? undefined : { [label.key]: label.value }) }
}

/** What documents other than its own profile ask for on a host. */
function declaredByOthers(estate: EstateAt, host: string): ReadonlyMap<ResourceId, Address> {
  if (!estate.compile.has(host)) return new Map()
  return new Map(
    estate.compile.host(host).resources.flatMap(({ id, declaredBy }) => {
      const other = declaredBy.find(({ address }) => address !== `Profile/${host}`)
      return other === undefined ? [] : [[id, other.address] as const]
    }),
  )
}

function profileOf(world: World, found: Found, input: Pick<ImportInput, 'declared' | 'invalid'>): Written {
  const { name, facts, target, discovered, document } = found
  const made = importedHost(found, {
    ...input,
    discovered,
    types: world.types,
    engineUser: target.user,
    knownSecret: (text) => findSecrets(text)[0]?.what,
  })
  const files = new Map([...(document === undefined ? [] : [document]), ...made.files])
  const system = facts.os === undefined ? {} : { system: facts.os.name }
  return { host: name, address: target.address, ...system, ...made, files }
}

/** Documents that are there already, under the same names or in the same files. */
async function occupied(
  world: World,
  estate: EstateAt,
  hosts: readonly Found[],
  { force }: ImportOptions,
): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = []
  const names = hosts.map(({ name }) => name)
  for (const [i, { name, document }] of hosts.entries()) {
    if (names.indexOf(name) !== i) found.push(report('import-name', { summary: `two of the hosts are named ${name}` }))
    const written = [
      ...(document === undefined ? [] : [['Host', document[0]] as const]),
      ['Profile', profilePathOf(name)] as const,
    ]
    for (const [kind, path] of written) {
      const there = estate.graph.documents.get(`${kind}/${name}`)
      if (there !== undefined && (there.file !== path || force !== true))
        found.push(report('import-exists', { summary: `${kind}/${name} is in ${there.file} already` }))
      else if (there === undefined && force !== true && (await world.folder.exists(path)))
        found.push(report('import-exists', { summary: `${path} is there already` }))
    }
  }
  return found
}
