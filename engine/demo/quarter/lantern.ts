import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import { documents } from './documents.ts'

/** The reference estate, as a company that begins a quarter: with keys that its people hold, and rules for what changes. */

/** Where the package lies that brings the reference estate along: beside the sources, or beside the bundle. */
function packageRoot(): string {
  for (let at = dirname(fileURLToPath(import.meta.url)); at !== dirname(at); at = dirname(at))
    if (existsSync(join(at, 'inventory')) && existsSync(join(at, 'plumbline.yaml'))) return at
  throw new Error('the reference estate is not where this program is')
}

export interface Keys {
  /** Person → public key. */
  readonly people: ReadonlyMap<string, string>
  readonly engine: string
}

/** Copies it into a folder. */
export function copyLantern(folder: string, keys: Keys): void {
  const root = packageRoot()
  for (const part of ['inventory', 'policies', 'secrets', 'runbooks', 'articles'].filter((name) =>
    existsSync(join(root, name)),
  ))
    cpSync(join(root, part), join(folder, part), { recursive: true })
  const estate = readFileSync(join(root, 'plumbline.yaml'), 'utf8')
  writeFileSync(join(folder, 'plumbline.yaml'), `${estate}  engineKeys: ["${keys.engine} engine"]\n`)
  writeFileSync(join(folder, 'policies/quarter.yaml'), rules)
  writeFileSync(join(folder, 'inventory/systems/limits.yaml'), limits())
  const rollouts = join(folder, 'policies/rollouts/rollouts.yaml')
  const careful = readFileSync(rollouts, 'utf8').replace('  batch: 25%\n', '  batch: 25%\n  onFailure: rollback\n')
  writeFileSync(rollouts, careful)
  const people = join(folder, 'inventory/organisation/people')
  for (const file of readdirSync(people)) giveKeys(join(people, file), keys.people)
}

/** Puts keys in the place of those whose private halves were thrown away. */
function giveKeys(file: string, keys: ReadonlyMap<string, string>): void {
  const documents = parseAllDocuments(readFileSync(file, 'utf8'))
  for (const document of documents) {
    if (!('getIn' in document)) continue
    const key = keys.get(String(document.getIn(['metadata', 'name'])))
    if (key !== undefined) document.setIn(['spec', 'sshKeys'], [{ key }])
  }
  writeFileSync(file, documents.map((d) => String(d)).join(''))
}

/** By what the changes of the quarter are judged, beside what the company has already. */
const rules = documents(
  {
    kind: 'StandardChange',
    metadata: { name: 'limits-of-the-kernel', owner: 'team/platform' },
    spec: {
      documents: [{ kinds: ['Profile'], labels: { system: 'limits' }, fields: ['spec.resources.*.sysctl.value'] }],
      actions: { types: ['sysctl'], environments: ['staging', 'prod'] },
      limits: { hosts: 20, actions: 40 },
      teams: ['storefront', 'platform'],
      owner: 'team/platform',
      expires: '2027-06-30T00:00:00Z',
    },
  },
  {
    kind: 'ChangeWindow',
    metadata: { name: 'evenings' },
    spec: {
      for: { environments: ['prod'] },
      start: '2026-06-01T20:00',
      timeZone: 'Europe/Amsterdam',
      rule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH',
      duration: 'PT3H',
    },
  },
  {
    kind: 'ChangePolicy',
    metadata: { name: 'databases-in-the-evening', owner: 'team/databases' },
    spec: {
      over: 'actions',
      match: { labels: { role: 'db' }, environments: ['prod'] },
      outcome: { window: ['evenings'] },
      message: 'Databases are changed when few customers notice',
    },
  },
  {
    kind: 'Freeze',
    metadata: { name: 'summer-sale' },
    spec: {
      on: { environments: ['prod'] },
      reason: 'The summer sale brings a third of the year',
      from: '2026-07-27T00:00',
      until: '2026-07-29T00:00',
      timeZone: 'Europe/Amsterdam',
      except: ['emergency'],
    },
  },
  {
    kind: 'Pipeline',
    metadata: { name: 'shop', owner: 'team/platform' },
    spec: {
      numbering: { scheme: 'semver', bump: [{ to: 'minor', trailer: 'Release: feature' }] },
      stages: [
        { name: 'test', environments: ['staging'] },
        { name: 'production', environments: ['prod'], ready: { noOpenEmergency: true, noFailedChange: true } },
      ],
    },
  },
)

/** Limits of the machines that customers reach: what most changes of the quarter are about. */
export function limits(values: { readonly swappiness?: number; readonly notes?: readonly string[] } = {}): string {
  const { swappiness = 10, notes = [] } = values
  return documents({
    kind: 'Profile',
    metadata: { name: 'limits', owner: 'team/storefront', labels: { system: 'limits' } },
    spec: {
      selector: { labels: { role: 'web' } },
      resources: [
        { sysctl: { key: 'vm.swappiness', value: swappiness } },
        ...notes.map((content, i) => ({ file: { path: `/etc/shop/limits-${i + 1}.conf`, content: `${content}\n` } })),
      ],
    },
  })
}
