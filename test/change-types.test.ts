import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { documents, type Office, openOffice } from './office.ts'

/** What kind of change a change is, and what follows: agreed beforehand, agreed like any other, or on one person's word. */

let office: Office

const profile = (name: string, content: string, more: object = {}) =>
  documents({
    kind: 'Profile',
    metadata: { name, labels: { system: 'motd' } },
    spec: { selector: { all: true }, resources: [{ file: { path: `/etc/${name}`, content, ...more } }] },
  })
const template = documents({
  kind: 'StandardChange',
  metadata: { name: 'words-of-the-day' },
  spec: {
    documents: [{ kinds: ['Profile'], labels: { system: 'motd' }, fields: ['spec.resources.*.file.content'] }],
    actions: { types: ['file'], environments: ['prod'] },
    limits: { hosts: 1 },
    teams: ['operations'],
    owner: 'team/security',
    expires: '2026-12-01T00:00:00Z',
  },
})
const has = (path: string): string | undefined =>
  existsSync(office.on('web-01', path)) ? readFileSync(office.on('web-01', path), 'utf8') : undefined
const keyOf = (name: string): string => office.colleague(name).keyFile

beforeAll(async () => {
  office = await openOffice({
    estate: { changes: { breakGlass: { teams: ['security'] } } },
    files: { 'policies/standard.yaml': template, 'inventory/motd.yaml': profile('motd', 'hello\n') },
  })
  // What is there from the start is brought to the host once.
  await office.must(['approve', 'main', '--key', keyOf('ben')])
  await office.must(['apply'])
}, 60_000)

afterAll(async () => office?.close())

describe('a standard change', () => {
  it('goes through without an approval, by the template of its base', async () => {
    office.turn(60)
    await office.write({
      branch: 'words',
      author: 'ana',
      files: { 'inventory/motd.yaml': profile('motd', 'good day\n') },
    })
    const plan = await office.must(['plan', 'words'])
    expect(plan).toContain('standard change, by StandardChange/words-of-the-day')
    expect(plan).toContain('none needed')
    office.merge('words')
    await office.must(['apply'])
    expect(has('/etc/motd')).toBe('good day\n')
    const [record] = JSON.parse(await office.must(['log', '--type', 'standard', '--json']))
    expect(record).toMatchObject({
      state: 'implemented',
      template: 'StandardChange/words-of-the-day',
      approvals: [],
      risk: { level: expect.any(String) },
    })
    const shown = await office.must(['show', record.id])
    expect(shown).toMatch(/type +standard, by StandardChange\/words-of-the-day/)
    await office.must(['audit', 'verify'], [0])
  }, 60_000)

  it('with one field more needs an approval like any other, and is not applied without', async () => {
    office.turn(60)
    const files = { 'inventory/motd.yaml': profile('motd', 'good night\n', { mode: '0600' }) }
    await office.write({ branch: 'more', author: 'ana', files })
    const plan = await office.must(['plan', 'more'])
    expect(plan.replaceAll(/\s+/g, ' ')).toContain(
      'no standard change: StandardChange/words-of-the-day: spec.resources.0.file.mode of',
    )
    expect(plan).toContain('0 of 1')
    office.merge('more')
    await office.must(['apply'], [0, 1])
    expect(has('/etc/motd')).toBe('good day\n')
    const [record] = JSON.parse(await office.must(['log', '--json', '--limit', '1']))
    expect(record).toMatchObject({ state: 'unapproved', type: 'normal' })
    await office.must(['approve', 'main', '--key', keyOf('ben')])
    await office.must(['apply'])
    expect(has('/etc/motd')).toBe('good night\n')
  }, 60_000)

  it('whose author nobody can prove is none', async () => {
    office.turn(60)
    office.desk.git('switch', '--quiet', '--create', 'unsigned')
    office.desk.write('inventory/motd.yaml', profile('motd', 'from nobody\n', { mode: '0600' }))
    office.desk.commit('Unsigned')
    office.desk.git('switch', '--quiet', 'main')
    expect(await office.must(['plan', 'unsigned'])).toMatch(/no standard change: [\s\S]*no\s+valid\s+signature/)
    office.desk.git('branch', '--quiet', '-D', 'unsigned')
  }, 60_000)

  it('that somebody rejected is not applied, though the template covers it', async () => {
    office.turn(60)
    const files = { 'inventory/motd.yaml': profile('motd', 'rude\n', { mode: '0600' }) }
    await office.write({ branch: 'rude', author: 'ana', files })
    await office.must(['approve', 'rude', '--reject', '-m', 'Not in this tone', '--key', keyOf('ben')])
    office.merge('rude')
    await office.must(['apply'], [0, 1])
    expect(has('/etc/motd')).toBe('good night\n')
    await office.write({
      branch: 'main',
      author: 'ana',
      files: { 'inventory/motd.yaml': profile('motd', 'good night\n', { mode: '0600' }) },
    })
    await office.must(['apply'])
    await office.must(['audit', 'verify'], [0])
  }, 60_000)
})

describe('an emergency', () => {
  const why = ['--reason', 'Nobody can log in', '--incident', 'INC-7'] as const
  const branch = async (name: string, content: string) =>
    office.write({ branch: name, author: 'cleo', files: { [`inventory/${name}.yaml`]: profile(name, content) } })
  let change = ''

  it('is for those whom the base names, and for four hours at most', async () => {
    office.turn('2026-10-06T02:00:00Z')
    await branch('login', 'mended\n')
    const refused = await office.desk.run('break-glass', '--head', 'login', ...why, '--key', keyOf('ana'))
    expect([refused.status, refused.err]).toEqual([1, expect.stringContaining('break-glass-not-allowed')])
    const long = await office.desk.run('break-glass', '--head', 'login', ...why, '--for', '5h', '--key', keyOf('cleo'))
    expect([long.status, long.err]).toEqual([1, expect.stringContaining('4 hours at most')])
    expect((await office.desk.run('break-glass', '--head', 'login', '--reason', 'x')).status).toBe(64)
  }, 60_000)

  it('is merged and applied by whoever broke the glass, and says until when it is to be reviewed', async () => {
    const out = await office.must([
      'break-glass',
      '--head',
      'login',
      ...why,
      '--for',
      '1h',
      '--key',
      keyOf('cleo'),
      '--json',
    ])
    change = JSON.parse(out).change
    expect(await office.record(change)).toMatchObject({ state: 'approved', type: 'emergency' })
    office.turn(30)
    office.merge('login')
    const applied = await office.must(['apply'])
    expect(has('/etc/login')).toBe('mended\n')
    expect(applied).toContain(`${change} is emergency/unreviewed: somebody else reviews it by 2026-10-07 02:30 UTC`)
    expect(await office.must(['log', '--type', 'emergency'])).toContain('emergency/unreviewed')
    const shown = await office.must(['show', change])
    expect(shown).toMatch(/broken by +Person\/cleo, of Team\/security, at 2026-10-06 02:00, until 2026-10-06 03:00/)
    expect(shown).toMatch(/review due +2026-10-07 02:30 UTC/)
    await office.must(['audit', 'verify'], [0])
  }, 60_000)

  it('is reviewed by somebody else, and closed after that', async () => {
    const closed = await office.desk.run('close', change, '--key', keyOf('ben'))
    expect([closed.status, closed.err]).toEqual([1, expect.stringContaining('reviewed before it is closed')])
    const own = await office.desk.run('review', change, '--outcome', 'successful', '--key', keyOf('cleo'))
    expect([own.status, own.err]).toEqual([1, expect.stringContaining('broke the glass for')])
  }, 60_000)

  it('that nobody reviewed in time fails the audit, and its person breaks no glass until somebody does', async () => {
    office.turn('2026-10-07T02:31:00Z')
    const audit = await office.desk.run('audit', 'verify')
    expect([audit.status, audit.out]).toEqual([1, expect.stringContaining('emergency-unreviewed')])
    expect(audit.out).toContain('Person/cleo')
    await branch('again', 'once more\n')
    const refused = await office.desk.run('break-glass', '--head', 'again', ...why, '--key', keyOf('cleo'))
    expect([refused.status, refused.err]).toEqual([
      1,
      expect.stringContaining(`${change} of Person/cleo was to be reviewed`),
    ])
    const out = await office.must([
      'review',
      change,
      '--outcome',
      'successful',
      '-m',
      'Late, but right',
      '--key',
      keyOf('ben'),
    ])
    expect(out).toContain('reviewed by Person/ben: successful')
    expect(await office.must(['show', change])).toMatch(/reviewed +2026-10-07 02:31 UTC by Person\/ben: successful/)
    const late = await office.must(['audit', 'verify'], [0])
    expect(late).toContain('emergency-reviewed-late')
    await office.must(['break-glass', '--head', 'again', ...why, '--key', keyOf('cleo')])
    expect(await office.must(['close', change, '--key', keyOf('ana')])).toContain('is closed')
    expect(await office.record(change)).toMatchObject({ state: 'closed' })
  }, 60_000)

  it('whose time has passed is not begun', async () => {
    office.turn(121)
    office.merge('again')
    const applied = await office.desk.run('apply')
    expect(applied.out + applied.err).toContain('the glass was broken until')
    expect(has('/etc/again')).toBeUndefined()
    const [record] = JSON.parse(await office.must(['log', '--type', 'emergency', '--json']))
    expect(record).toMatchObject({ state: 'unapproved' })
    await office.must(['audit', 'verify'], [0])
  }, 60_000)

  it('of the branch as it stands, that was not begun in time, is over for good', async () => {
    // What nobody began stands on the branch, and is not on the host.
    const out = await office.must(['break-glass', '--head', 'main', ...why, '--key', keyOf('cleo'), '--json'])
    const { change: standing } = JSON.parse(out)
    office.turn(121)
    const applied = await office.desk.run('apply')
    expect([applied.status, applied.err]).toEqual([1, expect.stringContaining('the glass was broken until')])
    expect(await office.record(standing)).toMatchObject({ state: 'expired' })
    expect((await office.desk.run('apply')).status).toBe(0)
    // In time it is carried out.
    await office.must(['break-glass', '--head', 'main', ...why, '--key', keyOf('cleo')])
    expect(await office.must(['apply'])).toContain('emergency/unreviewed')
    expect(has('/etc/again')).toBe('once more\n')
    await office.must(['audit', 'verify'], [0])
  }, 60_000)

  it('does not go over what a policy denies', async () => {
    const policy = documents({
      kind: 'ChangePolicy',
      metadata: { name: 'never' },
      spec: { match: { kinds: ['Host'] }, when: 'true', outcome: { deny: true }, message: 'Hosts stay as they are' },
    })
    await office.approved({ branch: 'policy', author: 'ana', files: { 'policies/never.yaml': policy } })
    await office.must(['apply'])
    const hosts = office.desk.read('inventory/hosts.yaml').replace('role: web', 'role: db')
    await office.write({ branch: 'relabel', author: 'cleo', files: { 'inventory/hosts.yaml': hosts } })
    const refused = await office.desk.run('break-glass', '--head', 'relabel', ...why, '--key', keyOf('cleo'))
    expect([refused.status, refused.err]).toEqual([1, expect.stringContaining('Hosts stay as they are')])
  }, 60_000)

  it('does not go over what somebody rejected', async () => {
    await branch('no', 'no\n')
    await office.must(['approve', 'no', '--reject', '--key', keyOf('ben')])
    const refused = await office.desk.run('break-glass', '--head', 'no', ...why, '--key', keyOf('cleo'))
    expect([refused.status, refused.err]).toEqual([1, expect.stringContaining('was rejected')])
  }, 60_000)
})

it('any change may be reviewed by somebody who had no hand in it', async () => {
  office.turn(60)
  const change = await office.approved({
    branch: 'normal',
    author: 'ana',
    files: { 'inventory/normal.yaml': profile('normal', 'x\n') },
  })
  await office.must(['apply'])
  const own = await office.desk.run('review', change, '--outcome', 'successful', '--key', keyOf('ana'))
  expect([own.status, own.err]).toEqual([1, expect.stringContaining('wrote some of')])
  await office.must(['review', change, '--outcome', 'unsuccessful', '--key', keyOf('cleo')])
  expect(await office.record(change)).toMatchObject({ state: 'reviewed', review: { outcome: 'unsuccessful' } })
  const mine = JSON.parse(
    await office.must(['log', '--person', 'cleo', '--host', 'web-01', '--state', 'reviewed', '--json']),
  )
  expect(mine).toMatchObject([{ id: change }])
  expect(await office.must(['log', '--until', '2026-10-04'])).toContain('no changes of that sort')
}, 60_000)

it('an emergency waits for no window, nor behind what does', async () => {
  const environments = documents(
    {
      kind: 'Environment',
      metadata: { name: 'prod' },
      spec: { purpose: 'Where customers are', rollout: 'careful', windows: 'required' },
    },
    { kind: 'Rollout', metadata: { name: 'careful' }, spec: { batch: '100%', maxFailures: 0 } },
    {
      kind: 'ChangeWindow',
      metadata: { name: 'evenings' },
      spec: {
        ...{ for: { environments: ['prod'] }, start: '2026-10-05T20:00', timeZone: 'UTC' },
        ...{ rule: 'FREQ=DAILY', duration: 'PT3H' },
      },
    },
  )
  const closed = await openOffice({
    at: '2026-10-05T08:00:00Z',
    estate: { changes: { breakGlass: { teams: ['security'] } } },
    files: { 'inventory/environments.yaml': environments },
  })
  try {
    const file = (name: string) => existsSync(closed.on('web-01', `/etc/${name}`))
    const write = (name: string) => ({ [`inventory/${name}.yaml`]: profile(name, `${name}\n`) })
    const waits = await closed.approved({ branch: 'waits', author: 'ana', files: write('waits') })
    await closed.desk.run('apply')
    expect(file('waits')).toBe(false)
    await closed.write({ branch: 'now', author: 'cleo', files: write('now') })
    const why = ['--reason', 'Nobody can log in', '--incident', 'INC-8', '--key', closed.colleague('cleo').keyFile]
    await closed.must(['break-glass', '--head', 'now', ...why])
    closed.merge('now')
    await closed.desk.run('apply')
    expect(file('now')).toBe(true)
    closed.turn('2026-10-05T20:30:00Z')
    // It was part of the emergency's plan, and its own would take that back.
    expect(await closed.must(['apply'])).toMatch(/change-overtaken.*an emergency, went ahead of it/)
    expect([file('waits'), (await closed.record(waits)).state]).toEqual([true, 'superseded'])
    expect(await closed.must(['plan', 'main'])).toContain('nothing to do')
    await closed.must(['audit', 'verify'], [0])
  } finally {
    await closed.close()
  }
}, 120_000)

it('where no team is named nobody breaks the glass, and is told how to set it up', async () => {
  const other = await openOffice()
  try {
    await other.write({ branch: 'x', author: 'ana', files: { 'inventory/x.yaml': profile('x', 'x\n') } })
    const refused = await other.desk.run(
      ...['break-glass', '--head', 'x', '--reason', 'r', '--incident', 'i', '--key', other.colleague('ana').keyFile],
    )
    expect([refused.status, refused.err]).toEqual([1, expect.stringContaining('spec.changes.breakGlass.teams')])
  } finally {
    await other.close()
  }
}, 60_000)
