import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dump } from 'js-yaml'
import type { JsonObject } from '../engine/model/document.ts'
import { commitFiles } from './commit-files.ts'

export interface EstateSize {
  readonly documents: number
  /** Documents in one file, all of one kind. */
  readonly perFile: number
}

/** A folder for what takes long to make and is used again. */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME } = process.env
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'plumbline', 'bench')
}

/**
 * The root of a git repository with an estate of that many documents, 0.57 KB each, valid and committed. Made the first
 * time, and then used again: whoever changes a file in it puts it back.
 */
export async function generateEstate({ documents, perFile }: EstateSize): Promise<string> {
  const recipe = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)))
  const name = `estate-${documents}-${perFile}-`
  const root = join(cacheFolder(), `${name}${recipe.digest('hex').slice(0, 12)}`)
  if (existsSync(root)) return root
  const partial = `${root}.partial-${process.pid}`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(dirname(root), { recursive: true })
  // Those of older recipes.
  for (const old of readdirSync(dirname(root)).filter((entry) => entry.startsWith(name))) {
    rmSync(join(dirname(root), old), { recursive: true, force: true })
  }
  await commitFiles(partial, filesOf(documents, perFile), 'An estate')
  renameSync(partial, root)
  return root
}

/** Share of each kind among the documents. */
const shares = { Host: 0.55, Person: 0.2, Service: 0.12, AccessGrant: 0.08, Team: 0.03, Profile: 0.02 } as const

interface Counts {
  readonly hosts: number
  readonly people: number
  readonly services: number
  readonly grants: number
  readonly teams: number
  readonly profiles: number
}

function countsOf(documents: number): Counts {
  const share = (kind: keyof typeof shares) => Math.max(1, Math.floor(documents * shares[kind]))
  const counts = { people: share('Person'), services: share('Service'), grants: share('AccessGrant') }
  const rest = { teams: share('Team'), profiles: share('Profile') }
  const others = Object.values({ ...counts, ...rest }).reduce((sum, n) => sum + n, fixed.length)
  return { ...counts, ...rest, hosts: Math.max(1, documents - others) }
}

interface Entry {
  readonly folder: string
  readonly document: JsonObject
}

function* filesOf(documents: number, perFile: number): Generator<{ path: string; text: string }> {
  yield { path: 'plumbline.yaml', text: dump(estate) }
  const counts = countsOf(documents)
  const pending = new Map<string, string[]>()
  const numbers = new Map<string, number>()
  const flush = (folder: string, texts: readonly string[]) => {
    const number = (numbers.get(folder) ?? 0) + 1
    numbers.set(folder, number)
    // Folders of a hundred files: what people can still look through, and what git handles well.
    const shelf = String(Math.floor(number / 100)).padStart(3, '0')
    return { path: `${folder}/${shelf}/${String(number).padStart(6, '0')}.yaml`, text: texts.join('---\n') }
  }
  for (const { folder, document } of entriesOf(counts)) {
    const texts = pending.get(folder) ?? []
    pending.set(folder, texts)
    texts.push(textOf(document))
    if (texts.length === perFile) yield flush(folder, texts.splice(0))
  }
  for (const [folder, texts] of pending) if (texts.length > 0) yield flush(folder, texts)
}

function* entriesOf(counts: Counts): Generator<Entry> {
  yield* fixed
  const each = (n: number) => Array.from({ length: n }, (_, i) => i).values()
  for (const i of each(counts.people)) yield { folder: 'inventory/people', document: person(i) }
  for (const i of each(counts.teams)) yield { folder: 'inventory/teams', document: team(i, counts) }
  for (const i of each(counts.profiles)) yield { folder: 'inventory/profiles', document: profile(i) }
  for (const i of each(counts.hosts)) {
    const site = sites[i % sites.length] ?? 'ams1'
    yield { folder: `inventory/hosts/${site}`, document: host(i, site, counts) }
  }
  for (const i of each(counts.services)) yield { folder: 'inventory/services', document: service(i, counts) }
  for (const i of each(counts.grants)) yield { folder: 'inventory/grants', document: grant(i, counts) }
}

const sites = ['ams1', 'fra2', 'lon1', 'sin3'] as const
const environments = ['prod', 'test', 'lab'] as const
const bytesOfDocument = 570

const estate = envelope('Estate', 'bench', {
  id: '5d0d6f0c-6f0f-4e0b-9a51-3d3c1a1f7b10',
  documents: ['inventory/**/*.yaml', 'policies/**/*.yaml'],
  rule: 'solo',
})

const fixed: readonly Entry[] = [
  ...sites.map((name) => ({
    folder: 'inventory/sites',
    document: envelope('Site', name, { country: 'NL', timeZone: 'Europe/Amsterdam', purpose: 'datacentre' }),
  })),
  { folder: 'inventory/rollouts', document: envelope('Rollout', 'careful', { batch: '25%', maxFailures: 0 }) },
  ...environments.map((name) => ({
    folder: 'inventory/environments',
    document: envelope('Environment', name, { purpose: `Hosts of ${name}`, rollout: 'careful' }),
  })),
  ...['operator', 'reader', 'deployer'].map((name) => ({
    folder: 'inventory/roles',
    document: envelope('Role', name, { purpose: `What a ${name} does`, groups: ['adm'] }),
  })),
  policy('host-owner', { kinds: ['Host'] }, 'has(document.metadata.owner)', 'A host needs an owner'),
  policy('host-site', { kinds: ['Host'] }, 'has(document.spec.site)', 'A host stands somewhere'),
  policy('team-people', { kinds: ['Team'] }, 'size(document.spec.members) >= 1', 'A team has people'),
  policy('mail', { kinds: ['Person'] }, "document.spec.email.endsWith('@example.org')", 'Mail goes to our own domain'),
  policy('purpose', { kinds: ['Service'] }, 'size(document.spec.purpose) > 10', 'Say what a service is for'),
]

function policy(name: string, match: JsonObject, rule: string, message: string): Entry {
  return { folder: 'policies', document: envelope('Policy', name, { match, rule, severity: 'deny', message }) }
}

function host(i: number, site: string, counts: Counts): JsonObject {
  const environment = environments[i % environments.length] ?? 'prod'
  const labels = { env: environment, role: `role-${i % counts.profiles}`, rack: `r${i % 997}` }
  const spec = {
    address: `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`,
    environment,
    site,
    hostKeys: [publicKey(`host ${i}`)],
    ssh: { user: 'plumbline', port: 22 },
    operatingSystem: 'debian-12',
  }
  return envelope('Host', `host-${i}`, spec, { labels, owner: `team/team-${i % counts.teams}` })
}

function person(i: number): JsonObject {
  const spec = {
    fullName: `Person Number ${i}`,
    email: `person${i}@example.org`,
    login: `p${i}`,
    sshKeys: [{ key: publicKey(`person ${i}`), use: 'both' }],
  }
  return envelope('Person', `person-${i}`, spec)
}

function team(i: number, counts: Counts): JsonObject {
  const members = distinct(6, (n) => `person-${(i * 6 + n * 7) % counts.people}`)
  return envelope('Team', `team-${i}`, { members, lead: members[0] ?? 'person-0', contact: `team${i}@example.org` })
}

function service(i: number, counts: Counts): JsonObject {
  const spec = {
    purpose: `Does what number ${i} of our services is there for`,
    criticality: 1 + (i % 5),
    // Only on services before it: no circles.
    dependsOn:
      i === 0 ? [] : distinct(3, (n) => `service-${Math.floor(i / (n + 2))}`).filter((s) => s !== `service-${i}`),
    hosts: distinct(4, (n) => `host-${(i * 4 + n) % counts.hosts}`),
    profiles: [`profile-${i % counts.profiles}`],
  }
  return envelope('Service', `service-${i}`, spec, { owner: `team/team-${i % counts.teams}` })
}

function grant(i: number, counts: Counts): JsonObject {
  const spec = {
    to: [`Person/person-${i % counts.people}`, `Team/team-${i % counts.teams}`],
    role: ['operator', 'reader', 'deployer'][i % 3] ?? 'reader',
    on: { hosts: distinct(3, (n) => `host-${(i * 5 + n) % counts.hosts}`) },
    expires: '2038-01-01T18:00:00Z',
    reason: `On call for part ${i} of the estate`,
  }
  return envelope('AccessGrant', `grant-${i}`, spec, { owner: `team/team-${i % counts.teams}` })
}

function profile(i: number): JsonObject {
  const file = `/etc/bench/part-${i}.conf`
  const spec = {
    selector: { labels: { role: `role-${i}` } },
    variables: { connections: 256 + i },
    resources: [
      { package: { name: `part-${i}` } },
      { file: { path: file, content: `connections ${256 + i}\nkeepalive 30\n`, mode: '0644' } },
      { service: { name: `part-${i}`, enabled: true, running: true, restartOn: [`file:${file}`] } },
    ],
  }
  return envelope('Profile', `profile-${i}`, spec)
}

function envelope(kind: string, name: string, spec: JsonObject, metadata: JsonObject = {}): JsonObject {
  return { apiVersion: 'plumbline/v1', kind, metadata: { name, ...metadata }, spec }
}

function distinct(n: number, make: (i: number) => string): string[] {
  return [...new Set(Array.from({ length: n }, (_, i) => make(i)))]
}

/** An ed25519 key as far as anybody can tell who doesn't log in with it. */
function publicKey(seed: string): string {
  const type = Buffer.from('ssh-ed25519')
  const key = createHash('sha256').update(seed).digest()
  const length = (part: Buffer) => Buffer.from(new Uint32Array([part.length]).buffer).swap32()
  return `ssh-ed25519 ${Buffer.concat([length(type), type, length(key), key]).toString('base64')}`
}

const words = 'kept by the platform team for the shop and its partners; see the runbook before anything is moved here '

/** As a person would write it, filled up with a description so that all weigh the same. */
function textOf(document: JsonObject): string {
  const bare = dump(document, { lineWidth: 120, flowLevel: 4 })
  const missing = bytesOfDocument - bare.length - '  description: \n'.length
  if (missing < 4) return bare
  const description = words
    .repeat(Math.ceil(missing / words.length))
    .slice(0, missing)
    .trim()
  return bare.replace(
    /^spec:/m,
    `  description: ${JSON.stringify(description).slice(1, -1).replaceAll(/[:#]/g, ',')}\nspec:`,
  )
}
