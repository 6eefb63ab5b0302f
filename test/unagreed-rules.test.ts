import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { generateKeyPair } from '../engine/adapters/signing/key-pair.ts'
import type { ChangeRecord } from '../engine/model/record.ts'
import { documents, type Office, openOffice } from './office.ts'

/** Somebody who may push to main, but whom nobody agrees with: nothing that they put there judges what comes next. */

let office: Office
/** The key of somebody whom ana made up. */
let eve: { readonly keyFile: string; readonly publicKey: string }

const profile = (name: string, owner?: string, content = 'as agreed\n'): string =>
  documents({
    kind: 'Profile',
    metadata: { name, ...(owner !== undefined && { owner }) },
    spec: { selector: { all: true }, resources: [{ file: { path: `/etc/${name}`, content } }] },
  })
const securityLooks = documents({
  kind: 'ChangePolicy',
  metadata: { name: 'security-looks' },
  spec: {
    match: { kinds: ['Profile'] },
    when: 'true',
    outcome: { approvals: { count: 1, teams: ['security'] } },
    message: 'Profiles reach every host',
  },
})

const template = documents({
  kind: 'StandardChange',
  metadata: { name: 'usual-words' },
  spec: {
    documents: [{ kinds: ['Profile'], fields: ['spec.resources.*.file.content'] }],
    actions: { types: ['file'], environments: ['prod'] },
    teams: ['operations'],
    owner: 'team/security',
    expires: '2026-12-01T00:00:00Z',
  },
})

beforeEach(async () => {
  office = await openOffice({
    estate: { changes: { breakGlass: { teams: ['security'] } } },
    files: {
      'inventory/owned.yaml': profile('owned', 'team/security'),
      'inventory/usual.yaml': profile('usual'),
      'policies/security.yaml': securityLooks,
      'policies/standard.yaml': template,
    },
  })
  const pair = generateKeyPair('eve')
  eve = { keyFile: join(dirname(office.desk.folder), 'eve-key'), publicKey: pair.publicKey }
  writeFileSync(eve.keyFile, pair.privateKey, { mode: 0o600 })
}, 120_000)

afterEach(async () => office?.close())

const git = (...args: string[]): string =>
  execFileSync('git', ['-C', office.desk.folder, ...args], { encoding: 'utf8' }).trim()
const person = (name: string, publicKey: string, more: object = {}): string =>
  documents({
    kind: 'Person',
    metadata: { name },
    spec: { fullName: name, email: `${name}@example.org`, sshKeys: [{ key: publicKey }], ...more },
  })
const team = (name: string, ...members: string[]): string =>
  documents({ kind: 'Team', metadata: { name }, spec: { members } })
const on = (name: string): boolean => existsSync(office.on('web-01', `/etc/${name}`))
const approve = (branch: string, keyFile: string) => office.desk.run('approve', branch, '--key', keyFile)
const by = (name: string): string => office.colleague(name).keyFile
const push = (files: Readonly<Record<string, string | null>>, message = 'straight to main') =>
  office.write({ branch: 'main', author: 'ana', files, message })
const apply = () => office.desk.run('apply')

async function records(): Promise<readonly ChangeRecord[]> {
  return JSON.parse(await office.must(['log', '--json'])) as readonly ChangeRecord[]
}
const newest = async (): Promise<ChangeRecord | undefined> =>
  (await records()).find((r) => r.merge?.commit === git('rev-parse', 'main'))

it('is not helped by a second person of their own, whether or not anybody looked at the branch since', async () => {
  const files = { 'inventory/eve.yaml': person('eve', eve.publicKey), 'inventory/trust.yaml': team('trusted', 'eve') }
  await push(files)
  await office.write({ branch: 'mine', author: 'ana', files: { 'inventory/mine.yaml': profile('mine') } })
  expect(await approve('mine', eve.keyFile)).toMatchObject({
    status: 1,
    err: expect.stringMatching(/rules-unapproved.*Person\/eve.*Team\/trusted/s),
  })
  await apply()
  expect(await newest()).toMatchObject({ state: 'unapproved' })
  const given = await approve('mine', eve.keyFile)
  expect(given).toMatchObject({ status: 1, err: expect.stringMatching(/rules-unapproved.*CHG-/s) })
  expect(given.err).toContain('git rm inventory/eve.yaml inventory/trust.yaml')
  expect((await office.desk.run('plan', 'mine')).out).toContain('rules-unapproved')
  // Nor can anybody approve the branch as it stands with it.
  expect(await approve('main', eve.keyFile)).toMatchObject({ status: 1 })
  office.merge('mine')
  await apply()
  expect(await newest()).toMatchObject({ state: 'unapproved' })
  expect(on('mine')).toBe(false)
}, 120_000)

it('is not helped by merging a branch that nobody approved', async () => {
  await office.write({ branch: 'sneak', author: 'ana', files: { 'inventory/eve.yaml': person('eve', eve.publicKey) } })
  office.merge('sneak')
  await office.write({ branch: 'mine', author: 'ana', files: { 'inventory/mine.yaml': profile('mine') } })
  await apply()
  expect(await approve('mine', eve.keyFile)).toMatchObject({
    status: 1,
    err: expect.stringContaining('rules-unapproved'),
  })
}, 120_000)

it.each([
  ['a policy that is gone', () => ({ 'policies/security.yaml': null }), 'ChangePolicy/security-looks'],
  [
    'an owner that is another',
    () => ({ 'inventory/owned.yaml': profile('owned', 'team/operations') }),
    'Profile/owned',
  ],
  [
    'a key of theirs that stands for somebody else',
    () => {
      const people = office.desk.read('inventory/people.yaml')
      return {
        'inventory/people.yaml': people.replace(
          office.colleague('ben').publicKey.split(' ')[1] ?? '',
          eve.publicKey.split(' ')[1] ?? '',
        ),
      }
    },
    'Person/ben',
  ],
  ['a line of CODEOWNERS', () => ({ '.github/CODEOWNERS': '* @ben\n' }), 'CODEOWNERS'],
])(
  'is not helped by %s',
  async (_, files, named) => {
    await push(files())
    await apply()
    await office.write({
      branch: 'mine',
      author: 'ana',
      files: { 'inventory/owned.yaml': profile('owned', 'team/operations', 'mine\n') },
    })
    const given = await approve('mine', by('cleo'))
    expect(given.status).toBe(1)
    expect(given.err).toContain('rules-unapproved')
    expect(given.err).toContain(named)
  },
  120_000,
)

it('ends when the documents are brought back, judged by those who were there before', async () => {
  const people = office.desk.read('inventory/people.yaml')
  const without = people.replace('email: cleo@example.org\n', 'email: cleo@example.org\n  active: false\n')
  expect(without).not.toBe(people)
  await push({ 'inventory/people.yaml': without, 'inventory/eve.yaml': person('eve', eve.publicKey) })
  await apply()
  await office.write({
    branch: 'back',
    author: 'ben',
    files: { 'inventory/people.yaml': people, 'inventory/eve.yaml': null, 'inventory/more.yaml': profile('more') },
  })
  expect(await approve('back', eve.keyFile)).toMatchObject({
    status: 1,
    err: expect.stringContaining('person-unknown'),
  })
  expect(await approve('back', by('cleo'))).toMatchObject({ status: 0 })
  office.merge('back')
  expect(await apply()).toMatchObject({ status: 0 })
  expect(await newest()).toMatchObject({ state: 'implemented' })
  expect(on('more')).toBe(true)
  await office.approved({
    branch: 'next',
    author: 'ana',
    files: { 'inventory/next.yaml': profile('next') },
    approvers: ['cleo'],
  })
  expect(await apply()).toMatchObject({ status: 0 })
  expect(on('next')).toBe(true)
  expect(JSON.parse((await office.desk.run('audit', 'verify', '--json')).out)).toMatchObject({
    findings: [{ code: 'unapproved-merge' }],
  })
}, 120_000)

it('ends when they are pushed back just as they came', async () => {
  await push({ 'inventory/eve.yaml': person('eve', eve.publicKey) })
  await apply()
  await push({ 'inventory/eve.yaml': null })
  await office.approved({
    branch: 'next',
    author: 'ana',
    files: { 'inventory/next.yaml': profile('next') },
    approvers: ['cleo'],
  })
  await apply()
  expect(on('next')).toBe(true)
}, 120_000)

it('is not ended by an approved change that happens to touch what came so', async () => {
  await push({ 'inventory/eve.yaml': person('eve', eve.publicKey) })
  await apply()
  await office.write({
    branch: 'polish',
    author: 'ben',
    files: { 'inventory/eve.yaml': person('eve', eve.publicKey, { fullName: 'Eve Adams' }) },
  })
  const given = await approve('polish', by('cleo'))
  expect(given).toMatchObject({ status: 1, err: expect.stringContaining('rules-unapproved') })
  office.merge('polish')
  await apply()
  await office.write({ branch: 'mine', author: 'ana', files: { 'inventory/mine.yaml': profile('mine') } })
  expect(await approve('mine', eve.keyFile)).toMatchObject({
    status: 1,
    err: expect.stringContaining('rules-unapproved'),
  })
}, 120_000)

it('is not helped by a template, which covers what they merge next', async () => {
  await push({ 'inventory/eve.yaml': person('eve', eve.publicKey) })
  await office.write({
    branch: 'usual',
    author: 'ana',
    files: { 'inventory/usual.yaml': profile('usual', undefined, 'usual\n') },
  })
  office.merge('usual')
  await apply()
  expect(await newest()).toMatchObject({ state: 'unapproved' })
  await office.write({ branch: 'mine', author: 'ana', files: { 'inventory/mine.yaml': profile('mine') } })
  expect(await approve('mine', eve.keyFile)).toMatchObject({
    status: 1,
    err: expect.stringContaining('rules-unapproved'),
  })
}, 120_000)

it('breaks no glass, unless what it brings is as it was', async () => {
  await push({ 'inventory/eve.yaml': person('eve', eve.publicKey) })
  await apply()
  const breaking = (branch: string) =>
    office.desk.run(
      'break-glass',
      '--head',
      branch,
      '--incident',
      'INC-1',
      '--reason',
      'it is down',
      '--key',
      by('cleo'),
    )
  await office.write({ branch: 'urgent', author: 'cleo', files: { 'inventory/urgent.yaml': profile('urgent') } })
  expect(await breaking('urgent')).toMatchObject({ status: 1, err: expect.stringContaining('rules-unapproved') })
  const files = { 'inventory/urgent.yaml': profile('urgent'), 'inventory/eve.yaml': null }
  await office.write({ branch: 'urgent-too', author: 'cleo', files })
  const broken = await breaking('urgent-too')
  expect(broken, broken.err).toMatchObject({ status: 0 })
  office.merge('urgent-too')
  await apply()
  expect(on('urgent')).toBe(true)
  expect(JSON.parse((await office.desk.run('audit', 'verify', '--json')).out)).toMatchObject({
    findings: [{ code: 'unapproved-merge' }],
  })
}, 120_000)

it('does not hold up what was approved and merged before, nor lift its freeze', async () => {
  const freeze = documents({
    kind: 'Freeze',
    metadata: { name: 'closing' },
    spec: {
      on: { environments: ['prod'] },
      reason: 'The books are closed',
      from: '2026-10-05T00:00',
      until: '2026-10-07T00:00',
      timeZone: 'UTC',
    },
  })
  await office.approved({
    branch: 'early',
    author: 'ana',
    files: { 'inventory/early.yaml': profile('early') },
    approvers: ['cleo'],
  })
  await office.approved({
    branch: 'freeze',
    author: 'ana',
    files: { 'inventory/freeze.yaml': freeze },
    approvers: ['cleo'],
  })
  await push({ 'inventory/freeze.yaml': null })
  const frozen = await apply()
  expect(frozen.out + frozen.err).toContain('frozen')
  expect(on('early')).toBe(false)
  office.turn('2026-10-08T08:00:00Z')
}, 120_000)
