import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { documents, type Office, openOffice } from './office.ts'

/** Next-free addresses as engineers meet them: asked for in a document, leased once, written down, given back. */

let office: Office
afterEach(async () => office.close())

const prefix = (name: string, spec: object) => ({ kind: 'Prefix', metadata: { name }, spec })
const address = (name: string, spec: object) => ({ kind: 'Address', metadata: { name }, spec })
const network = documents(
  prefix('all', { prefix: '10.20.0.0/16', role: 'container' }),
  prefix('servers', { prefix: '10.20.3.0/29', gateway: '10.20.3.1', reserved: ['10.20.3.3'] }),
  { kind: 'Site', metadata: { name: 'ams1' }, spec: { timeZone: 'Europe/Amsterdam' } },
  { kind: 'Vlan', metadata: { name: 'office' }, spec: { vid: 2, site: 'ams1' } },
  address('first', { address: '10.20.3.2' }),
)
const asks = (name: string) => documents(address(name, { address: { from: 'prefix/servers' } }))

async function open(files: Readonly<Record<string, string>> = {}): Promise<void> {
  office = await openOffice({ files: { 'inventory/network.yaml': network, ...files }, at: '2026-10-05T08:00:00Z' })
}

/** Checks a branch out, of main where it is new, with files that nobody has committed. */
function work(branch: string, files: Readonly<Record<string, string>>): void {
  const { desk } = office
  const known = execFileSync('git', ['-C', desk.folder, 'branch', '--format=%(refname:short)'], { encoding: 'utf8' })
  desk.git('switch', '--quiet', ...(known.split('\n').includes(branch) ? [] : ['--create']), branch)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(desk.folder, path)), { recursive: true })
    desk.write(path, text)
  }
}

const key = (): readonly string[] => ['--key', office.colleague('ana').keyFile]

async function allocate(...only: string[]): Promise<readonly { document: string; value: string; lease: string }[]> {
  const out = await office.must(['address', 'allocate', ...only, ...key(), '--json'])
  return (JSON.parse(out) as { allocated: { document: string; value: string; lease: string }[] }).allocated
}

const values = async (...only: string[]) =>
  Object.fromEntries((await allocate(...only)).map((a) => [a.document, a.value]))

interface Told {
  readonly diagnostics: readonly { readonly code: string; readonly summary: string; readonly subject?: string }[]
}
const told = async (...argv: string[]): Promise<Told['diagnostics']> =>
  (JSON.parse(await office.must([...argv, '--json'], [0, 1, 2])) as Told).diagnostics

it('two open branches get addresses of their own, which stay what they are whatever is merged', async () => {
  await open()
  const { desk } = office
  work('b-host', { 'inventory/b.yaml': `# the new one\n${asks('b')}` })
  expect((await told('validate')).map((d) => d.code)).toEqual(['unallocated'])
  expect(await values()).toEqual({ 'Address/b': '10.20.3.4' })
  expect(desk.read('inventory/b.yaml')).toContain('# the new one')
  expect(desk.read('inventory/b.yaml')).toMatch(/^ {2}address: "10\.20\.3\.4"$/m)
  expect(await told('validate')).toEqual([])
  desk.commit('Address b')
  desk.git('switch', '--quiet', 'main')
  // Its name comes before the other one's, and its lease after.
  work('a-host', { 'inventory/a.yaml': asks('a') })
  expect(await values()).toEqual({ 'Address/a': '10.20.3.5' })
  desk.commit('Address a')
  desk.git('switch', '--quiet', 'main')
  for (const branch of ['a-host', 'b-host']) office.merge(branch)
  expect(await told('validate')).toEqual([])
  work('c-host', { 'inventory/c.yaml': asks('c') })
  expect(await values()).toEqual({ 'Address/c': '10.20.3.6' })
  const leases = JSON.parse(await office.must(['address', 'leases', '--json'])) as { value: string; standing: string }[]
  expect(leases.map((l) => [l.value, l.standing])).toEqual([
    ['10.20.3.4', 'merged'],
    ['10.20.3.5', 'merged'],
    ['10.20.3.6', 'nowhere'],
  ])
  const audit = await office.must(['audit', 'verify', '--json'], [0, 1, 2])
  expect(audit).toContain('lease lease')
  expect(audit).not.toContain('ledger-tampered')
})

it('goes on with what was leased before it broke off, and asks for each document alone', async () => {
  await open()
  const two = { 'inventory/x.yaml': asks('x'), 'inventory/y.yaml': asks('y') }
  work('two', two)
  expect(await values('address/y')).toEqual({ 'Address/y': '10.20.3.4' })
  // The file was lost, the lease was not.
  work('two', two)
  expect(await allocate()).toMatchObject([
    { document: 'Address/x', value: '10.20.3.5', lease: 'taken' },
    { document: 'Address/y', value: '10.20.3.4', lease: 'kept' },
  ])
  expect(await allocate()).toEqual([])
  expect((await told('address', 'allocate', 'address/x', ...key())).map((d) => d.code)).toEqual(['document-unknown'])
})

it('what a pool can not give is told, and nothing is leased', async () => {
  await open()
  const many = ['k', 'l', 'm', 'n'].map((name) => address(name, { address: { from: 'prefix/servers' } }))
  work('many', { 'inventory/many.yaml': documents(...many) })
  expect(await told('address', 'allocate', ...key())).toMatchObject([
    { code: 'pool-exhausted', subject: 'Address/n', summary: 'Prefix/servers has nothing left that is free' },
  ])
  expect(await office.must(['address', 'leases'])).toBe('nothing is leased\n')
  work('many', {
    'inventory/many.yaml': documents(
      address('k', { address: { from: 'prefix/all' } }),
      prefix('l', { prefix: { from: 'prefix/servers', length: 30 } }),
      prefix('m', { prefix: { from: 'prefix/all', length: 8 } }),
      { kind: 'Vlan', metadata: { name: 'n' }, spec: { vid: { from: 'site/ams1' } } },
    ),
  })
  expect((await told('address', 'allocate', ...key())).map((d) => `${d.code} ${d.subject}: ${d.summary}`)).toEqual([
    'pool-unusable Address/k: Prefix/all is a container: it gives out prefixes, and its prefixes addresses',
    'pool-unusable Prefix/l: Prefix/servers is no container: it gives out addresses, and no prefixes',
    'pool-unusable Prefix/m: a prefix of Prefix/all is longer than /16, and at most /32',
    'pool-unusable Vlan/n: say site: ams1 in Vlan/n, as it is',
  ])
})

it('prefixes of several lengths and numbers of VLANs come out of what is free', async () => {
  await open()
  work('nets', {
    'inventory/nets.yaml': documents(
      prefix('n1', { prefix: { from: 'prefix/all', length: 26 } }),
      prefix('n2', { prefix: { from: 'prefix/all', length: 24 } }),
      prefix('n3', { prefix: { from: 'prefix/all', length: 26 } }),
      { kind: 'Vlan', metadata: { name: 'v1' }, spec: { vid: { from: 'site/ams1' }, site: 'ams1' } },
      { kind: 'Vlan', metadata: { name: 'v2' }, spec: { vid: { from: 'site/ams1' }, site: 'ams1' } },
    ),
  })
  expect(await values()).toEqual({
    'Prefix/n1': '10.20.0.0/26',
    'Prefix/n2': '10.20.1.0/24',
    'Prefix/n3': '10.20.0.64/26',
    'Vlan/v1': '3',
    'Vlan/v2': '4',
  })
  expect(await told('validate')).toEqual([])
  expect(await office.must(['address', 'next', 'prefix/all', '--length', '26', '-n', '2'])).toBe(
    '10.20.0.128/26\n10.20.0.192/26\n',
  )
  expect(await office.must(['address', 'next', 'site/ams1'])).toBe('5\n')
  expect(await office.must(['address', 'next', 'prefix/servers', '-n', '9'])).toBe('10.20.3.4\n10.20.3.5\n10.20.3.6\n')
})

it('an address that is leased for another branch is refused before it can be agreed to', async () => {
  await open()
  const { desk } = office
  work('asked', { 'inventory/a.yaml': asks('a') })
  await allocate()
  desk.commit('Address a')
  desk.git('switch', '--quiet', 'main')
  work('by-hand', { 'inventory/z.yaml': documents(address('z', { address: '10.20.3.4' })) })
  desk.commit('Address z')
  const plan = JSON.parse(await office.must(['plan', '--desired-only', '--json'], [0, 1, 2])) as { plan?: Told } & Told
  expect((plan.plan ?? plan).diagnostics).toMatchObject([
    { code: 'address-leased', subject: 'Address/z', summary: '10.20.3.4 is leased for Address/a, on asked' },
  ])
  await office.must(['address', 'release', '10.20.3.4', '--reason', 'z is to have it', ...key()])
  const again = JSON.parse(await office.must(['plan', '--desired-only', '--json'], [0, 1, 2])) as { plan?: Told } & Told
  expect((again.plan ?? again).diagnostics).toEqual([])
})

it('what no branch says any more is given back after a time, and goes to somebody else', async () => {
  await open()
  const { desk } = office
  work('kept', { 'inventory/k.yaml': asks('k') })
  await allocate()
  desk.commit('Address k')
  work('gone', { 'inventory/g.yaml': asks('g') })
  await allocate()
  desk.commit('Address g')
  desk.git('switch', '--quiet', 'main')
  desk.git('branch', '--quiet', '-D', 'gone')
  const release = () => office.must(['address', 'release', ...key()])
  expect(await release()).toBe('nothing to give back\n')
  office.turn(14 * 24 * 60)
  expect(await release()).toMatch(/^10\.20\.3\.5 +Address\/g +no branch says it any more\n1 lease given back\n$/)
  expect(await release()).toBe('nothing to give back\n')
  office.merge('kept')
  expect((await told('address', 'release', '10.20.3.4', ...key())).map((d) => d.code)).toEqual(['lease-in-use'])
  expect((await told('address', 'release', '10.20.3.5', ...key())).map((d) => d.code)).toEqual(['lease-unknown'])
  work('next', { 'inventory/n.yaml': asks('n') })
  expect(await values()).toEqual({ 'Address/n': '10.20.3.5' })
  expect(await office.must(['audit', 'verify', '--json'], [0, 1, 2])).not.toContain('ledger-tampered')
})
