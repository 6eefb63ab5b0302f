import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ICAL from 'ical.js'
import { afterEach, describe, expect, it } from 'vitest'
import { documents, type Office, type OfficeOptions, openOffice } from './office.ts'

/** When changes may be carried out, through the command line: windows, freezes, times that people choose, and the calendar of it all. */

let office: Office
afterEach(async () => office?.close())

const utc = { timeZone: 'UTC' }
const evenings = {
  kind: 'ChangeWindow',
  metadata: { name: 'evenings' },
  spec: { for: { environments: ['prod'] }, start: '2026-10-01T20:00', ...utc, rule: 'FREQ=DAILY', duration: 'PT2H' },
}
const freeze = (name: string, from: string, until: string, more: object = {}) => ({
  kind: 'Freeze',
  metadata: { name },
  spec: { on: { environments: ['prod'] }, reason: 'Customers buy presents', from, until, ...utc, ...more },
})
const careful = documents(
  {
    kind: 'Environment',
    metadata: { name: 'prod' },
    spec: { rollout: 'careful', windows: 'required', criticality: 4 },
  },
  { kind: 'Environment', metadata: { name: 'test' }, spec: { rollout: 'careful' } },
  { kind: 'Rollout', metadata: { name: 'careful' }, spec: { batch: 1, maxFailures: 0 } },
)
const file = (path: string, hosts: readonly string[] = ['web-01']) =>
  documents({
    kind: 'Profile',
    metadata: { name: path.slice(1).replaceAll('/', '-') },
    spec: { selector: { hosts }, resources: [{ file: { path, content: 'new\n' } }] },
  })

/** It is Monday 5 October 2026, eight in the morning. */
const open = async (options: OfficeOptions = {}, ...rules: readonly object[]): Promise<void> => {
  const files = {
    'inventory/environments.yaml': careful,
    'policies/times.yaml': documents(...[evenings, ...rules]),
    ...options.files,
  }
  office = await openOffice({ hosts: { 'web-01': 'prod', 'lab-01': 'test' }, ...options, files })
}
const has = (host: string, path: string): boolean => office !== undefined && existsSync(office.on(host, path))
const change = (name: string, hosts?: readonly string[], author = 'ana', approver = 'ben') =>
  office.approved({
    branch: name,
    author,
    approvers: [approver],
    files: { [`inventory/${name}.yaml`]: file(`/etc/${name}`, hosts) },
  })
const key = (name = 'ana') => ['--key', office.colleague(name).keyFile]
const json = async (...argv: string[]) => JSON.parse(await office.must([...argv, '--json']))

describe('windows', () => {
  it('hold a change back until one opens, and others on other hosts go on', async () => {
    await open()
    const prod = await change('one')
    const lab = await change('two', ['lab-01'])
    const behind = await change('three', ['web-01', 'lab-01'])
    const said = await office.must(['apply'])
    expect(said).toMatch(
      new RegExp(`${prod} needs a window .*evenings is closed; it may run from 2026-10-05 20:00 UTC`),
    )
    expect(said).toContain(`${behind} waits for ${prod}`)
    expect([has('web-01', '/etc/one'), has('lab-01', '/etc/two'), has('lab-01', '/etc/three')]).toEqual([
      false,
      true,
      false,
    ])
    expect((await office.record(lab)).state).toBe('implemented')

    const named = await office.desk.run('apply', prod)
    expect(named.status).toBe(1)
    expect(named.err).toContain('waiting-for-window')

    office.turn('2026-10-05T20:00:00Z')
    await office.must(['apply'])
    expect([has('web-01', '/etc/one'), has('web-01', '/etc/three')]).toEqual([true, true])
    expect((await office.record(behind)).state).toBe('implemented')
    expect(await office.must(['audit', 'verify'])).toContain('entries checked')
  }, 120_000)

  it('end in the middle of an apply: the wave is finished, none is begun, and the next window goes on', async () => {
    // The first file that arrives moves the clock past the end of the window.
    const clock = (at: Date) => (at < close && has('web-01', '/etc/late') ? close : at)
    const close = new Date('2026-10-05T22:00:01Z')
    await open({ hosts: { 'web-01': 'prod', 'web-02': 'prod', 'web-03': 'prod' }, clock })
    const late = await change('late', ['web-01', 'web-02', 'web-03'])
    office.turn('2026-10-05T21:59:00Z')
    const said = await office.desk.run('apply')
    expect(said.status).toBe(2)
    expect([1, 2, 3].map((n) => has(`web-0${n}`, '/etc/late'))).toEqual([true, false, false])
    const record = await office.record(late)
    expect(record.state).toBe('paused')
    expect(record.deployment?.results.map((r) => r.outcome).sort()).toEqual(['applied', 'not-started', 'not-started'])
    expect(record.deployment?.results.find((r) => r.outcome === 'not-started')?.detail).toContain('evenings is closed')

    office.turn('2026-10-06T20:30:00Z')
    await office.must(['apply'])
    expect([1, 2, 3].map((n) => has(`web-0${n}`, '/etc/late'))).toEqual([true, true, true])
    expect((await office.record(late)).state).toBe('implemented')
    expect(await office.must(['audit', 'verify'])).toContain('entries checked')
  }, 120_000)

  it('are asked for by a policy', async () => {
    const policy = {
      kind: 'ChangePolicy',
      metadata: { name: 'packages-at-night' },
      spec: {
        over: 'actions',
        when: "action.name == '/etc/careful'",
        outcome: { window: ['nights'] },
        message: 'Somebody is there at night',
      },
    }
    const nights = { ...evenings, metadata: { name: 'nights' }, spec: { ...evenings.spec, start: '2026-10-01T01:00' } }
    await open({}, policy, nights)
    const plain = await change('plain', ['lab-01'])
    const held = await change('careful', ['lab-01'])
    const said = await office.must(['apply'])
    expect(said).toMatch(new RegExp(`${held} needs a window .*Somebody is there at night.*from 2026-10-06 01:00 UTC`))
    expect((await office.record(plain)).state).toBe('implemented')
  }, 120_000)
})

describe('freezes', () => {
  it('hold though a window is open, and end by themselves', async () => {
    await open({}, freeze('presents', '2026-10-05T00:00', '2026-10-06T12:00'))
    const one = await change('one')
    office.turn('2026-10-05T20:30:00Z')
    expect(await office.must(['apply'])).toMatch(
      new RegExp(`${one} is frozen by Freeze/presents until 2026-10-06 12:00 UTC: .*it may run from 2026-10-06 20:00`),
    )
    office.turn('2026-10-06T20:30:00Z')
    await office.must(['apply'])
    expect(has('web-01', '/etc/one')).toBe(true)
  }, 120_000)

  it('that are merged after an approval hold, and no change lifts its own', async () => {
    const lab = freeze('lab', '2026-10-05T00:00', '2026-10-07T12:00', { on: { environments: ['test'] } })
    await open()
    const one = await change('one', ['lab-01'])
    const two = await office.approved({
      branch: 'freeze',
      author: 'ana',
      files: { 'policies/freeze.yaml': documents(lab) },
    })
    const said = await office.must(['apply'])
    expect(said).toContain(`${one} is frozen by Freeze/lab`)
    expect((await office.record(two)).state).toBe('implemented')
    await office.approved({
      branch: 'thaw',
      author: 'ana',
      files: { 'policies/freeze.yaml': null, 'inventory/cheat.yaml': file('/etc/cheat', ['lab-01']) },
    })
    await office.must(['apply'])
    expect(has('lab-01', '/etc/cheat')).toBe(false)
    // The first was approved before the freeze came, and the freeze is gone again: only the one that lifted it is held.
    expect(has('lab-01', '/etc/one')).toBe(true)
  }, 120_000)
})

describe('plumbline schedule', () => {
  it('gives a change its time, and it is applied then only', async () => {
    await open()
    const lab = await change('one', ['lab-01'])
    const next = await json('schedule', lab, '--at', '2026-10-05T12:00+02:00', '--for', 'PT1H', ...key())
    expect(next).toMatchObject({
      state: 'scheduled',
      schedule: { from: '2026-10-05T10:00:00.000Z', until: '2026-10-05T11:00:00.000Z' },
    })
    expect(await office.must(['apply'])).toContain('it may run from 2026-10-05 10:00 UTC')
    expect(has('lab-01', '/etc/one')).toBe(false)

    office.turn('2026-10-05T11:00:00Z')
    expect(await office.must(['apply'])).toMatch(/schedule-passed[\s\S]*--next[\s\S]*--clear/)
    expect(has('lab-01', '/etc/one')).toBe(false)

    await office.must(['schedule', lab, '--at', '2026-10-05T14:00[Europe/Amsterdam]', ...key('cleo')])
    office.turn('2026-10-05T12:10:00Z')
    await office.must(['apply'])
    expect(has('lab-01', '/etc/one')).toBe(true)
    expect(await office.must(['audit', 'verify'])).toContain('entries checked')
  }, 120_000)

  it('is given before the merge, too, and stays', async () => {
    await open()
    await office.write({
      branch: 'early',
      author: 'ana',
      files: { 'inventory/early.yaml': file('/etc/early', ['lab-01']) },
    })
    const proposed = await json('approve', 'early', ...key('ben'))
    const early: string = proposed.change
    await office.must(['schedule', early, '--at', '2026-10-05T10:00Z', ...key('ben')])
    office.merge('early')
    expect(await office.must(['apply'])).toContain('it may run from 2026-10-05 10:00 UTC')
    expect(await office.record(early)).toMatchObject({
      state: 'scheduled',
      schedule: { until: '2026-10-05T12:00:00.000Z' },
    })
    office.turn('2026-10-05T10:00:00Z')
    await office.must(['apply'])
    expect(has('lab-01', '/etc/early')).toBe(true)
    expect(await office.must(['audit', 'verify'])).toContain('entries checked')
  }, 120_000)

  it('knows the windows of a change, and what --clear means', async () => {
    await open({}, freeze('presents', '2026-10-05T12:00', '2026-10-06T21:00'))
    const one = await change('one')
    expect((await json('schedule', one, '--next', ...key())).schedule).toMatchObject({
      from: '2026-10-06T21:00:00.000Z',
      until: '2026-10-06T22:00:00.000Z',
    })
    expect((await json('schedule', one, '--window', 'evenings', '--for', '1h30m', ...key())).schedule).toMatchObject({
      from: '2026-10-07T20:00:00.000Z',
      until: '2026-10-07T21:30:00.000Z',
      window: 'ChangeWindow/evenings',
    })
    expect(await json('schedule', one, '--clear', ...key())).toMatchObject({ state: 'approved' })
  }, 120_000)

  it('refuses a time at which it may not run', async () => {
    await open({}, freeze('presents', '2026-10-05T18:00', '2026-10-06T12:00'))
    const one = await change('one')
    for (const [argv, code, why] of [
      [['--at', '2026-10-05T12:00Z'], 'schedule-outside', 'evenings is closed'],
      [['--at', '2026-10-06T21:30Z', '--for', 'PT1H'], 'schedule-outside', 'shorter than asked'],
      [['--at', '2026-10-05T20:00Z'], 'schedule-outside', 'frozen by Freeze/presents'],
      [['--at', '2026-10-05T07:59Z'], 'schedule-invalid', 'is over'],
      [['--at', '2026-10-06T20:00'], 'schedule-invalid', 'no time with an offset'],
      [['--at', '2026-10-13T20:00Z'], 'schedule-lapses', 'approvals do not hold that long'],
      [['--window', 'mornings'], 'schedule-invalid', 'there is no ChangeWindow/mornings'],
      [['--next', '--for', '99d'], 'schedule-invalid', 'at most 31 days'],
    ] as const) {
      const ran = await office.desk.run('schedule', one, ...argv, ...key())
      expect([ran.status, ran.err]).toEqual([1, expect.stringContaining(code)])
      expect(ran.err).toContain(why)
    }
    expect((await office.record(one)).state).toBe('approved')
  }, 120_000)

  it('is told to whoever plans something that gets in the way', async () => {
    await open()
    const one = await change('one')
    await office.must(['schedule', one, '--next', ...key()])
    await office.write({
      branch: 'other',
      author: 'ana',
      files: { 'inventory/other.yaml': file('/etc/other') },
    })
    const { diagnostics } = await json('plan', 'other')
    expect(diagnostics).toMatchObject([
      { code: 'waiting-for-window', severity: 'warning' },
      { code: 'schedule-conflict', severity: 'warning', subject: one },
    ])
    expect(diagnostics[1].summary).toBe(
      `${one} has its time from 2026-10-05 20:00 UTC until 2026-10-05 22:00 UTC, and both touch web-01`,
    )
    expect((await json('plan', 'other', '--host', 'lab-01')).diagnostics).toEqual([])
  }, 120_000)

  it('is for a change that ran out of its time, too', async () => {
    const close = new Date('2026-10-05T09:00:00Z')
    const clock = (at: Date) => (at < close && has('lab-01', '/etc/late') ? close : at)
    await open({ hosts: { 'lab-01': 'test', 'lab-02': 'test' }, clock })
    const late = await change('late', ['lab-01', 'lab-02'])
    await office.must(['schedule', late, '--next', '--for', 'PT1H', ...key()])
    expect((await office.desk.run('apply')).status).toBe(2)
    expect([has('lab-01', '/etc/late'), has('lab-02', '/etc/late')]).toEqual([true, false])

    office.turn('2026-10-05T10:00:00Z')
    expect(await office.must(['apply'])).toContain('schedule-passed')
    expect(has('lab-02', '/etc/late')).toBe(false)

    const { schedule, state } = await json('schedule', late, '--next', ...key())
    expect(state).toBe('paused')
    // It has begun, and everybody may know that it goes on; a time is taken as it is printed.
    const out = join(office.desk.folder, '..', 'status')
    await office.must(['status-page', '--out', out])
    const { maintenance } = JSON.parse(readFileSync(join(out, 'status.json'), 'utf8'))
    expect(maintenance).toEqual([{ id: late, ...schedule, services: [] }])
    expect((await json('schedule', late, '--at', schedule.from, ...key())).schedule.from).toBe(schedule.from)
    await office.must(['apply'])
    expect(has('lab-02', '/etc/late')).toBe(true)
    expect((await office.record(late)).state).toBe('implemented')
    expect(await office.must(['audit', 'verify'])).toContain('entries checked')
  }, 120_000)

  it('asks for one way to say when', async () => {
    await open()
    for (const argv of [[], ['--next', '--clear'], ['--clear', '--for', 'PT1H'], ['--next', '--for', 'ever']])
      expect((await office.desk.run('schedule', 'CHG-2026-00001', ...argv)).status).toBe(64)
    expect((await office.desk.run('schedule', 'CHG-2026-00099', '--next')).err).toContain('change-unknown')
  }, 120_000)
})

describe('plumbline calendar', () => {
  const story = async (): Promise<readonly string[]> => {
    const sale = freeze('sale', '2026-10-07T00:00', '2026-10-08T00:00', { reason: 'Sale; all shops, \\ "both" sites' })
    const services = documents({
      kind: 'Service',
      metadata: { name: 'shop' },
      spec: { purpose: 'Sells', hosts: ['web-01', 'lab-01'] },
    })
    await open({ files: { 'inventory/services.yaml': services } }, sale)
    const [a, b, c] = [await change('alpha'), await change('beta', ['lab-01']), await change('gamma')]
    await office.must(['schedule', a, '--window', 'evenings', ...key()])
    const clash = await office.must(['schedule', b, '--at', '2026-10-05T21:00Z', ...key()])
    expect(clash).toContain(`${b} and ${a} both reach Service/shop`)
    await office.must(['apply'])
    return [a, b, c]
  }

  it('shows windows, freezes, changes and what is amiss by the clocks of a zone', async () => {
    const [a, b, c] = await story()
    const shown = await office.must(['calendar', '--to', '2026-10-08', '--time-zone', 'Europe/Amsterdam'])
    expect(shown).toMatch(
      /Mon 5 Oct 2026\n {2}22:00–Tue 6 Oct 2026 00:00 {2}change {2}CHG-2026-00001 {2}web-01 · alpha/,
    )
    expect(shown).toMatch(/Wed 7 Oct 2026\n {2}02:00–Thu 8 Oct 2026 02:00 {2}freeze {2}sale {2}prod · Sale;/)
    expect(shown).toMatch(/window {2}evenings {2}prod · frozen by sale/)
    expect(shown).toContain(`${a} and ${b} both reach Service/shop`)
    expect(shown).toContain(`${c} needs a window`)
    expect(shown).not.toContain('\u001b')
    for (const line of shown.split('\n').filter((l) => !l.startsWith('!'))) expect(line.length).toBeLessThanOrEqual(100)
    const lab = await json('calendar', '--environment', 'test', '--to', '2026-10-08')
    expect(lab.entries.map((e: { id: string }) => e.id)).toEqual([b])
  }, 120_000)

  it('is an iCalendar that a calendar program reads, with names that stay', async () => {
    const [a, b] = await story()
    const text = await office.must([
      'calendar',
      '--from',
      '2026-10-05',
      '--to',
      '2026-10-08',
      '--time-zone',
      'UTC',
      '--ical',
      '-',
    ])
    for (const line of text.split('\r\n')) expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75)
    const read = (ics: string) =>
      new ICAL.Component(ICAL.parse(ics)).getAllSubcomponents('vevent').map((event) => new ICAL.Event(event))
    const events = read(text)
    expect(
      events.map((e) => [e.summary, e.startDate.toJSDate().toISOString(), e.endDate.toJSDate().toISOString()]),
    ).toEqual([
      [`Change ${a}: alpha`, '2026-10-05T20:00:00.000Z', '2026-10-05T22:00:00.000Z'],
      ['Window evenings (prod)', '2026-10-05T20:00:00.000Z', '2026-10-05T22:00:00.000Z'],
      [`Change ${b}: beta`, '2026-10-05T21:00:00.000Z', '2026-10-05T23:00:00.000Z'],
      ['Window evenings (prod)', '2026-10-06T20:00:00.000Z', '2026-10-06T22:00:00.000Z'],
      ['Freeze sale (prod)', '2026-10-07T00:00:00.000Z', '2026-10-08T00:00:00.000Z'],
      ['Window evenings (prod)', '2026-10-07T20:00:00.000Z', '2026-10-07T22:00:00.000Z'],
      ['Window evenings (prod)', '2026-10-08T20:00:00.000Z', '2026-10-08T22:00:00.000Z'],
    ])
    expect(events[4]?.description).toBe('Sale; all shops, \\ "both" sites')
    const uids = events.map((e) => e.uid)
    expect(new Set(uids).size).toBe(uids.length)

    office.turn(60)
    await office.must(['schedule', a ?? '', '--at', '2026-10-06T20:30Z', ...key()])
    const target = join(office.desk.folder, '..', 'changes.ics')
    await office.must([
      'calendar',
      '--from',
      '2026-10-05',
      '--to',
      '2026-10-08',
      '--time-zone',
      'UTC',
      '--ical',
      target,
    ])
    const later = read(readFileSync(target, 'utf8'))
    expect(later.map((e) => e.uid).sort()).toEqual([...uids].sort())
    expect(
      later
        .find((e) => e.uid.startsWith(a?.toLowerCase() ?? '?'))
        ?.startDate.toJSDate()
        .toISOString(),
    ).toBe('2026-10-06T20:30:00.000Z')
  }, 120_000)

  it('says what is wrong with a question, and which times nobody can work out', async () => {
    const never = {
      ...evenings,
      metadata: { name: 'never' },
      spec: { ...evenings.spec, rule: 'FREQ=DAILY;BYMONTHDAY=31;BYSETPOS=2' },
    }
    await open({}, never)
    expect(await office.must(['calendar'])).toMatch(/! ChangeWindow\/never: .* takes too long to work out/)
    for (const [argv, why] of [
      [['--from', 'tomorrow'], 'no date'],
      [['--from', '2026-10-09', '--to', '2026-10-08'], 'ends before it begins'],
      [['--to', '2029-01-01'], '400 days'],
      [['--environment', 'nowhere'], 'no Environment/nowhere'],
      [['--time-zone', 'Mars/Olympus'], 'no time zone Mars/Olympus'],
    ] as const) {
      const ran = await office.desk.run('calendar', ...argv)
      expect([ran.status, ran.err]).toEqual([1, expect.stringContaining(why)])
    }
  }, 120_000)
})
