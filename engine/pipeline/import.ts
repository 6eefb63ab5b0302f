import { schemaFindings } from '../checks/schema-findings.ts'
import { factProbes } from '../facts/index.ts'
import { codes as importCodes } from '../import/codes.ts'
import { hostPathOf, type ImportedHost, importedHost, profilePathOf } from '../import/imported-host.ts'
import { textsIn } from '../import/secret-in.ts'
import { findSecrets } from '../load/find-secret.ts'
import { type Diagnostic, hasErrors, reporter } from '../model/diagnostic.ts'
import type { JsonObject, LoadedDocument } from '../model/document.ts'
import type { HostObservation } from '../observe/observe-host.ts'
import { observeHosts } from '../observe/observe-hosts.ts'
import { unsafeCharacterAt } from '../schema/unsafe-text.ts'
import { loadWork } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { type HostKeys, type ImportTarget, importTarget } from './import-target.ts'
import { hostLimits, observing } from './observing.ts'
import { type Proof, proveEmpty } from './prove-empty.ts'
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
      : await shareProfiles(world, { ...options.fleet, ...(wanted !== undefined && { hosts: wanted }) })
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
  return { environment, ...(site !== undefined && { site }) }
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
  const hosts: Written[] = []
  for (const [i, target] of targets.entries()) {
    const observed = seen[i]
    const made =
      observed === undefined
        ? unseen(target, 'nothing came back')
        : await hostOf(world, target, observed, options, place)
    if ('refused' in made) refused.push(...made.refused)
    else hosts.push(made)
  }
  refused.push(...(await occupied(world, estate, targets, hosts, options)))
  if (refused.length > 0) return { refused }
  if (options.dryRun !== true) for (const { files } of hosts) await world.folder.replace(files)
  return { hosts }
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

const unseen = ({ said }: ImportTarget, detail: string): Refused => ({
  refused: [report('import-unseen', { summary: `${said}: ${detail}` })],
})

async function hostOf(
  world: World,
  { said, target, host }: ImportTarget,
  observed: HostObservation,
  options: ImportOptions,
  place: Place,
): Promise<Written | Refused> {
  const { failure, facts, discovered } = observed
  if (failure !== undefined || facts === undefined || discovered === undefined)
    return unseen(
      { said, target },
      failure === undefined ? 'nothing came back' : `${failure.reason}: ${failure.detail}`,
    )
  const named = options.name ?? (host === undefined ? said : facts.facts.os?.hostname.split('.')[0]?.toLowerCase())
  if (named === undefined || !/^[a-z0-9][a-z0-9.-]{0,62}$/.test(named))
    return { refused: [report('import-name', { summary: `${said} has no name that a document can have` })] }
  const { os } = facts.facts
  const system = os === undefined ? undefined : `${os.id}${os.version === undefined ? '' : `-${os.version}`}`
  const { ssh, ...address } = host ?? {}
  const spec: JsonObject = {
    ...address,
    ...place,
    ...(ssh !== undefined && { ssh }),
    ...(system !== undefined && system.length <= 60 && { operatingSystem: system }),
  }
  const { label } = options.fleet ?? {}
  const made = importedHost(
    {
      name: named,
      ...(host !== undefined && { host: spec }),
      ...(label !== undefined && { labels: { [label.key]: label.value } }),
      facts: facts.facts,
      at: observed.at,
    },
    {
      discovered,
      types: world.types,
      engineUser: target.user,
      invalid: await objections(world),
      knownSecret: (text) => findSecrets(text)[0]?.what,
    },
  )
  return { host: named, address: target.address, ...(os !== undefined && { system: os.name }), ...made }
}

/** Judges one resource as `validate` would judge the profile that holds it. */
async function objections(world: World): Promise<(type: string, spec: JsonObject) => string | undefined> {
  const kind = world.kinds.get('Profile')
  const validate = (await world.validators()).get('Profile')
  return (type, spec) => {
    if (textsIn(spec).some((text) => unsafeCharacterAt(text) !== -1))
      return 'it holds characters that no document may hold'
    const loaded: LoadedDocument = {
      address: 'Profile/import',
      document: {
        apiVersion: 'plumbline/v1',
        kind: 'Profile',
        metadata: { name: 'import' },
        spec: { selector: { all: true }, resources: [{ [type]: spec }] },
      },
      file: '',
      index: 0,
      line: 1,
    }
    const [wrong] = kind === undefined || validate === undefined ? [] : schemaFindings(loaded, kind, validate)
    if (wrong !== undefined)
      return wrong.summary.replace(`spec.resources[0].${type}.`, '').replace('spec.resources.0.', '')
    const about = { place: { file: '', line: 1, column: 1 }, subject: loaded.address }
    return world.types
      .get(type)
      ?.check?.(spec, about)
      .find((d) => d.severity === 'error')?.summary
  }
}

/** Documents that are there already, under the same names or in the same files. */
async function occupied(
  world: World,
  estate: EstateAt,
  targets: readonly ImportTarget[],
  hosts: readonly Written[],
  { force }: ImportOptions,
): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = []
  const names = hosts.map(({ host }) => host)
  for (const [i, { host, files }] of hosts.entries()) {
    if (names.indexOf(host) !== i)
      found.push(report('import-name', { summary: `${targets[i]?.said} and another host are both named ${host}` }))
    for (const [kind, path] of [
      ['Host', hostPathOf(host)],
      ['Profile', profilePathOf(host)],
    ] as const) {
      if (!files.has(path)) continue
      const there = estate.graph.documents.get(`${kind}/${host}`)
      if (there !== undefined && (there.file !== path || force !== true))
        found.push(report('import-exists', { summary: `${kind}/${host} is in ${there.file} already` }))
      else if (there === undefined && force !== true && (await world.folder.exists(path)))
        found.push(report('import-exists', { summary: `${path} is there already` }))
    }
  }
  return found
}
