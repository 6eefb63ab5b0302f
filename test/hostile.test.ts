import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changeEntry } from '../engine/ledger/entries.ts'
import { nextChangeId } from '../engine/ledger/find-records.ts'
import { type Proposal, propose } from '../engine/ledger/fold-change.ts'
import { planAtBase } from '../engine/pipeline/auto-rollback.ts'
import { planChange } from '../engine/pipeline/plan-change.ts'
import { rangeOfRevision } from '../engine/pipeline/plan-revision.ts'
import { append, branchAfter, by, expectGenesis, findRecord, moved } from '../engine/pipeline/records.ts'
import type { World } from '../engine/pipeline/world.ts'
import { recordedAction } from '../engine/plan/plan-digest.ts'
import { openWorld } from '../engine/wiring.ts'
import { documents, type Office, openOffice } from './office.ts'

/** What somebody tries who wants more than was agreed to, by whatever a commit, a merge or a ledger can say. */

let office: Office

const file = (path: string, content: string) => ({ file: { path, content } })
const profile = (name: string, resources: readonly object[]) =>
  documents({
    kind: 'Profile',
    metadata: { name, labels: { system: name } },
    spec: { selector: { all: true }, resources },
  })
const many = (count: number) =>
  profile(
    'many',
    Array.from({ length: count }, (_, i) => file(`/etc/many-${i}`, 'x\n')),
  )
const estate = {
  'policies/standard.yaml': documents({
    kind: 'StandardChange',
    metadata: { name: 'words-of-the-day' },
    spec: {
      documents: [{ kinds: ['Profile'], labels: { system: 'motd' }, fields: ['spec.resources.*.file.content'] }],
      actions: { types: ['file'], environments: ['prod'] },
      teams: ['operations'],
      owner: 'team/security',
      expires: '2026-12-01T00:00:00Z',
    },
  }),
  'policies/quiet.yaml': documents({
    kind: 'StandardChange',
    metadata: { name: 'quiet' },
    spec: {
      documents: [{ kinds: ['Profile'], labels: { system: 'quiet' }, fields: ['spec.resources.*.file.content'] }],
      actions: { types: ['file'], environments: ['prod'] },
      limits: { risk: 1 },
      teams: ['operations'],
      owner: 'team/security',
      expires: '2026-12-01T00:00:00Z',
    },
  }),
  'inventory/quiet.yaml': profile('quiet', [file('/etc/quiet', 'quiet\n')]),
  'inventory/environments.yaml': documents(
    { kind: 'Environment', metadata: { name: 'prod' }, spec: { purpose: 'What is prod', rollout: 'watched' } },
    { kind: 'Rollout', metadata: { name: 'watched' }, spec: { onFailure: 'rollback' } },
  ),
  'inventory/motd.yaml': profile('motd', [file('/etc/motd', 'hello\n')]),
  'inventory/many.yaml': many(12),
}
const has = (path: string): string | undefined =>
  existsSync(office.on('web-01', path)) ? readFileSync(office.on('web-01', path), 'utf8') : undefined
const keyOf = (name: string): string => office.colleague(name).keyFile

let first = ''

async function inWorld<Result>(run: (world: World) => Promise<Result>): Promise<Result> {
  const { env, folder: start } = office.desk
  const world = await openWorld({ clock: { now: office.now }, version: '0.0.0-test', start, env, network: 'must' })
  try {
    return await run(world)
  } finally {
    await world.close()
  }
}

/** A record of a branch, signed by ana, that says something else than she would be let say. */
async function forged(head: string, lie: (told: Proposal) => Partial<Proposal>): Promise<void> {
  await inWorld(async (world) => {
    const genesis = await expectGenesis(world)
    const range = await rangeOfRevision(world, { head })
    const planned = 'refused' in range ? range : await planChange(world, range)
    if ('refused' in planned) throw new Error(planned.refused[0]?.summary)
    const { subject, actions, risk } = planned.plan
    await append(world, async (view) => {
      const id = await nextChangeId(view, 2026)
      const told = { id, title: head, subject, actions: actions.map(recordedAction), risk }
      const about: Proposal = { ...told, ...lie(told) }
      const state = about.template === undefined ? 'proposed' : 'approved'
      const record = moved(propose(about, by(world, 'Person/ana'), state))
      const branch = await branchAfter(view, genesis, subject.ref, [record])
      return { entries: [changeEntry(record, office.colleague('ana').signer, { branch })], result: undefined }
    })
  })
}

beforeAll(async () => {
  office = await openOffice({ estate: { changes: { breakGlass: { teams: ['security'] } } }, files: estate })
  const out = await office.must(['approve', 'main', '--key', keyOf('ben'), '--json'])
  first = /CHG-\d{4}-\d{5,}/.exec(out)?.[0] ?? ''
  await office.must(['apply'])
}, 60_000)

afterAll(async () => office?.close())

it('a merge with lines of its own is no standard change, whoever wrote what it merges', async () => {
  office.turn(60)
  await office.write({
    branch: 'words',
    author: 'ana',
    files: { 'inventory/motd.yaml': profile('motd', [file('/etc/motd', 'good day\n')]) },
  })
  office.desk.git('merge', '--quiet', '--no-ff', '--no-commit', 'words')
  office.desk.write('inventory/motd.yaml', profile('motd', [file('/etc/motd', 'smuggled\n')]))
  office.desk.commit('Merge words')
  await office.must(['apply'], [0, 1])
  expect(has('/etc/motd')).toBe('hello\n')
  const [record] = JSON.parse(await office.must(['log', '--json', '--limit', '1']))
  expect(record).toMatchObject({ state: 'unapproved', type: 'normal' })
  office.desk.git('revert', '--no-edit', '-m', '1', 'HEAD')
  await office.must(['apply'], [0, 1])
}, 60_000)

describe('a commit that says it takes a change back', () => {
  it('does not thereby remove more than that change brought', async () => {
    office.turn(60)
    await office.approved({
      branch: 'small',
      author: 'ana',
      files: { 'inventory/small.yaml': profile('small', [file('/etc/small', 'x\n')]) },
    })
    await office.must(['apply'])
    const [small] = JSON.parse(await office.must(['log', '--json', '--limit', '1']))
    office.turn(60)
    await office.write({
      branch: 'clear',
      author: 'ana',
      files: { 'inventory/many.yaml': many(2), 'inventory/small.yaml': null },
      message: `Clear\n\nRollback-Of: ${small.id}`,
    })
    const refused = await office.desk.run('approve', 'clear', '--key', keyOf('ben'))
    expect([refused.status, refused.err]).toEqual([1, expect.stringContaining('mass-delete')])
  }, 60_000)

  it('does not end a change whose documents it leaves as they are', async () => {
    office.turn(60)
    await office.write({
      branch: 'hide',
      author: 'ana',
      files: { 'inventory/motd.yaml': profile('motd', [file('/etc/motd', 'good evening\n')]) },
      message: `Hide\n\nRollback-Of: ${first}`,
    })
    office.merge('hide')
    await office.must(['apply'])
    expect((await office.record(first)).state).toBe('implemented')
  }, 60_000)
})

describe('a record that its author wrote by hand', () => {
  it('does not pass for the plan that it names, where it lists other actions', async () => {
    office.turn(60)
    const files = { 'inventory/ghost.yaml': profile('ghost', [file('/etc/real', 'x\n')]) }
    await office.write({ branch: 'ghost', author: 'ana', files })
    await forged('ghost', ({ actions }) => ({
      actions: actions.flatMap((a) => [a, { ...a, id: 'act-000000000000', resource: 'file:/etc/ghost' as const }]),
    }))
    await office.must(['approve', 'ghost', '--key', keyOf('ben')])
    office.merge('ghost')
    await office.must(['apply'])
    const [done, lie] = JSON.parse(await office.must(['log', '--json', '--limit', '2']))
    expect([done.state, done.actions.length, has('/etc/real')]).toEqual(['implemented', 1, 'x\n'])
    expect([lie.state, lie.actions.length]).toEqual(['superseded', 2])
    const audit = await office.desk.run('audit', 'verify')
    expect([audit.status, audit.out]).toEqual([1, expect.stringContaining('other actions than the plan')])
  }, 60_000)

  it('does not make a risky change a standard one', async () => {
    office.turn(60)
    const files = { 'inventory/quiet.yaml': profile('quiet', [file('/etc/quiet', 'loud\n')]) }
    await office.write({ branch: 'loud', author: 'ana', files })
    await forged('loud', () => ({
      template: 'StandardChange/quiet' as const,
      risk: { score: 0, level: 'low' as const, factors: [] },
    }))
    office.merge('loud')
    await office.must(['apply'], [0, 1])
    expect(has('/etc/quiet')).toBe('quiet\n')
  }, 60_000)
})

it('nothing is taken back by the engine that did not fail, nor to documents that never stood on the branch', async () => {
  office.turn(60)
  await office.write({
    branch: 'evil',
    author: 'ana',
    files: { 'inventory/motd.yaml': profile('motd', [file('/etc/motd', 'evil\n')]) },
  })
  const before = has('/etc/motd')
  await inWorld(async (world) => {
    const genesis = await expectGenesis(world)
    const base = await (await world.repository()).resolve('evil')
    const victim = await findRecord(world, first)
    if (base === undefined || victim === undefined) throw new Error('there is nothing to forge')
    const only = [{ host: 'web-01', resource: 'file:/etc/motd' as const }]
    const planned = await planAtBase(world, victim, { treeish: base }, only)
    if ('refused' in planned) throw new Error(planned.refused[0]?.summary)
    await append(world, async (view) => {
      const id = await nextChangeId(view, 2026)
      const { subject, actions } = planned.plan
      const forged = {
        ...{ id, title: 'forged', subject, actions: actions.map(recordedAction), only },
        ...{ rollbackOf: [first], automatic: true as const, mergedAs: { commit: base, base } },
      }
      const record = moved(propose(forged, by(world), 'approved'))
      const branch = await branchAfter(view, genesis, subject.ref, [record])
      return { entries: [changeEntry(record, await world.engineSigner(), { branch })], result: undefined }
    })
  })
  const ran = await office.desk.run('apply')
  expect(has('/etc/motd')).toBe(before)
  expect([ran.status, ran.err]).toEqual([1, expect.stringContaining('take-back-impossible')])
}, 60_000)

it('who left gives no change a time, and stops none', async () => {
  office.turn(60)
  const people = office.desk
    .read('inventory/people.yaml')
    .replace(/^( +)login: cleo$/m, '$1login: cleo\n$1active: false')
  await office.approved({ branch: 'left', author: 'ana', files: { 'inventory/people.yaml': people } })
  await office.desk.run('apply')
  const files = { 'inventory/timed.yaml': profile('timed', [file('/etc/timed', 'x\n')]) }
  const change = await office.approved({ branch: 'timed', author: 'ana', files })
  const ran = await office.desk.run('schedule', change, '--next', '--key', keyOf('cleo'))
  expect([ran.status, ran.err]).toEqual([1, expect.stringContaining('person-unknown')])
  expect((await office.record(change)).state).toBe('approved')
}, 60_000)
