import { documents } from './documents.ts'
import { limits } from './lantern.ts'
import type { Quarter, Told } from './quarter.ts'

/** Who agrees, in the order in which they are asked until it is enough. */
const asked = ['m.okafor', 'c.bellini', 'e.kowalczyk', 't.quiroga', 'n.ito', 'm.dewit']

interface Plot {
  /** ISO 8601: when it is written. It is agreed to an hour later, and merged and applied after two. */
  readonly at: string
  readonly branch: string
  readonly author: string
  readonly files: Readonly<Record<string, string>>
  readonly message?: string
}

const limitsFile = 'inventory/systems/limits.yaml'
const on = (month: number, day: number, time = '07:00'): string =>
  `2026-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}T${time}:00Z`

/** A quarter of Lantern Books: every change goes the way that its people go, through the command line. */
export async function tellQuarter(quarter: Quarter): Promise<void> {
  const { office, hosts } = quarter
  let swappiness = 10
  let notes: readonly string[] = []
  const inLimits = () => ({ [limitsFile]: limits({ swappiness, notes }) })
  const note = (month: number, day: number): Plot => {
    notes = [...notes, `note of ${month}-${day}`]
    return { at: on(month, day), branch: `note-${month}-${day}`, author: 'a.nair', files: inLimits() }
  }
  const swap = (month: number, day: number): Plot => {
    swappiness += 1
    return { at: on(month, day), branch: `swap-${month}-${day}`, author: 'a.nair', files: inLimits() }
  }

  // July: everything follows main.
  for (const day of [1, 2, 3, 6, 7]) await normal(quarter, note(7, day))
  const regretted = await normal(quarter, note(7, 8))
  for (const day of [9, 10, 13, 14]) await standard(quarter, swap(7, day))

  // The first web server does not come back: the engine takes the change back by itself, and people revert its documents.
  const before = notes
  hosts.deaf.add('10.20.1.11')
  const failed = await normal(quarter, note(7, 15), 1)
  hosts.deaf.clear()
  await toldBy(quarter, (await office.record(failed.change)).rolledBackBy ?? '')
  office.turn(on(7, 16))
  await rollback(quarter, failed.change)
  notes = before

  office.turn(on(7, 17))
  await rejected(quarter)
  office.turn(on(7, 20))
  await unapproved(quarter)
  office.turn(on(7, 21))
  await rollback(quarter, regretted.change)
  notes = notes.slice(0, -1)
  await inItsWindow(quarter)
  await afterTheSale(quarter, note(7, 27))
  const forgotten = await neverMerged(quarter)
  const emergency = await glassBroken(quarter)

  // August: production follows a release, and what is merged reaches staging first.
  // Nobody agreed to one of its changes, and that is said each time.
  await released(quarter, '1.0.0', on(8, 4), ['--force', '--reason', 'The quick fix reaches no host'])
  for (const day of [5, 6, 7, 11, 12, 13]) await normal(quarter, note(8, day))
  await expired(quarter, forgotten)
  for (const day of [17, 18, 19]) await standard(quarter, swap(8, day))

  // September: the second release brings all of that to production.
  for (const day of [1, 2, 3, 7, 8, 9]) await normal(quarter, note(9, day))
  for (const day of [10, 11, 12]) await standard(quarter, swap(9, day))
  await released(quarter, '1.1.0', on(9, 14))
  for (const day of [16, 17]) await standard(quarter, swap(9, day))
  office.turn(on(9, 21))
  await office.must(['close', emergency, '--key', office.colleague('c.bellini').keyFile])
  await toldBy(quarter, emergency)
  office.turn('2026-10-01T07:00:00Z')
}

/** Written, agreed to by as many as it takes, merged and applied. */
async function normal(quarter: Quarter, plot: Plot, status = 0): Promise<Told> {
  const { office } = quarter
  office.turn(plot.at)
  await office.write(plot)
  office.turn(60)
  const { change } = await agreed(quarter, plot.branch, plot.author, plot.at)
  office.turn(60)
  await office.merge(plot.branch, plot.author)
  await office.must(['apply'], [status])
  return toldBy(quarter, change)
}

/** Merged by its author, since everybody agreed to such changes beforehand. */
async function standard(quarter: Quarter, plot: Plot): Promise<Told> {
  const { office } = quarter
  office.turn(plot.at)
  await office.write(plot)
  office.turn(30)
  await office.merge(plot.branch, plot.author)
  await office.must(['apply'])
  const change = await newest(quarter)
  quarter.told.set(change, bare(plot.author, plot.at))
  return toldBy(quarter, change)
}

async function rollback(quarter: Quarter, change: string): Promise<Told> {
  const { office } = quarter
  const key = office.colleague('t.quiroga').keyFile
  const authoredAt = office.now().toISOString()
  const { branch } = await json<{ branch: string }>(quarter, 'rollback', change, '--key', key, '--json')
  office.turn(30)
  const back = await agreed(quarter, branch, 't.quiroga', authoredAt)
  await office.merge(branch, 'm.okafor')
  await office.must(['apply'])
  await toldBy(quarter, change)
  return toldBy(quarter, back.change)
}

/** Security says no, and it goes no further. */
async function rejected(quarter: Quarter): Promise<void> {
  const { office } = quarter
  const files = { 'inventory/systems/open.yaml': oneFile('open-door', 'web', '/etc/shop/open.conf', 'open\n') }
  await office.write({ branch: 'open-door', author: 'a.nair', files })
  const key = office.colleague('c.bellini').keyFile
  const said = await json<{ change: string }>(quarter, 'approve', 'open-door', '--reject', '--key', key, '--json')
  quarter.told.set(said.change, bare('a.nair', office.now().toISOString()))
  await toldBy(quarter, said.change)
}

/** Somebody merges what nobody agreed to: it is recorded as such. */
async function unapproved(quarter: Quarter): Promise<void> {
  const { office } = quarter
  const files = { 'inventory/systems/quick.yaml': oneFile('quick-fix', 'nothing', '/etc/shop/quick.conf', 'quick\n') }
  await office.write({ branch: 'quick-fix', author: 'm.dewit', files })
  await office.merge('quick-fix', 'm.dewit')
  await office.must(['apply'], [0, 1, 2])
  const found = await newest(quarter)
  quarter.told.set(found, bare('m.dewit', office.now().toISOString()))
  await toldBy(quarter, found)
}

/** Databases are changed in the evening. */
async function inItsWindow(quarter: Quarter): Promise<void> {
  const { office } = quarter
  office.turn(on(7, 22))
  const files = { 'inventory/systems/db-limits.yaml': oneFile('db-limits', 'db', '/etc/shop/db.conf', 'work_mem 64\n') }
  await office.write({ branch: 'db-limits', author: 't.quiroga', files })
  office.turn(60)
  const { change } = await agreed(quarter, 'db-limits', 't.quiroga', on(7, 22))
  await office.merge('db-limits', 't.quiroga')
  await office.must(['apply'])
  await stateIs(quarter, change, 'approved')
  await office.must(['schedule', change, '--window', 'evenings', '--key', office.colleague('m.okafor').keyFile])
  await stateIs(quarter, change, 'scheduled')
  office.turn(on(7, 22, '18:30'))
  await office.must(['apply'])
  await toldBy(quarter, change)
}

/** What is agreed to on the first day of the sale waits for its end. */
async function afterTheSale(quarter: Quarter, plot: Plot): Promise<void> {
  const { office } = quarter
  const { change } = await normal(quarter, plot)
  await stateIs(quarter, change, 'approved')
  office.turn(on(7, 29))
  await office.must(['apply'])
  await toldBy(quarter, change)
}

/** Agreed to and forgotten. */
async function neverMerged(quarter: Quarter): Promise<string> {
  const { office } = quarter
  office.turn(on(7, 30))
  const files = { 'inventory/systems/later.yaml': oneFile('later', 'web', '/etc/shop/later.conf', 'later\n') }
  await office.write({ branch: 'later', author: 'a.nair', files })
  return (await agreed(quarter, 'later', 'a.nair', on(7, 30))).change
}

async function expired(quarter: Quarter, change: string): Promise<void> {
  await stateIs(quarter, change, 'expired')
  await toldBy(quarter, change)
}

/** Cut, promoted to production by a change, agreed to, applied. */
async function released(quarter: Quarter, version: string, at: string, force: readonly string[] = []): Promise<void> {
  const { office } = quarter
  office.turn(at)
  await office.must(['release', 'cut', 'shop', '--number', version])
  const key = office.colleague('l.vandenberghe').keyFile
  const options = ['--to', 'production', '--key', key, ...force, '--json']
  const authoredAt = office.now().toISOString()
  const { branch } = await json<{ branch: string }>(quarter, 'release', 'promote', `shop/${version}`, ...options)
  office.turn(60)
  const { change } = await agreed(quarter, branch, 'l.vandenberghe', authoredAt)
  await office.merge(branch, 'm.okafor')
  await office.must(['apply'])
  await toldBy(quarter, change)
}

/** Names can't be resolved at night: one person acts, and somebody else looks at it a day and a half later. */
async function glassBroken(quarter: Quarter): Promise<string> {
  const { office } = quarter
  office.turn(on(7, 31, '01:00'))
  const files = { 'inventory/systems/resolver.yaml': oneFile('resolver-fix', 'dns', '/etc/shop/dns.conf', 'cache 0\n') }
  await office.write({ branch: 'resolver-fix', author: 'm.okafor', files })
  const key = office.colleague('m.okafor').keyFile
  const why = ['--reason', 'Name servers answer with stale addresses', '--incident', 'INC-2042']
  const said = await json<{ change: string }>(
    quarter,
    'break-glass',
    '--head',
    'resolver-fix',
    ...why,
    '--key',
    key,
    '--json',
  )
  office.turn(10)
  await office.merge('resolver-fix', 'm.okafor')
  await office.must(['apply'])
  quarter.told.set(said.change, bare('m.okafor', on(7, 31, '01:00')))
  office.turn(on(8, 1, '13:00'))
  const reviewer = office.colleague('c.bellini').keyFile
  await office.must(['review', said.change, '--outcome', 'successful', '-m', 'Right, and late', '--key', reviewer])
  await toldBy(quarter, said.change)
  return said.change
}

const oneFile = (name: string, role: string, path: string, content: string): string =>
  documents({
    kind: 'Profile',
    metadata: { name, owner: 'team/platform' },
    spec: { selector: { labels: { role } }, resources: [{ file: { path, content } }] },
  })

/** Asks one after the other until it is enough. */
async function agreed(
  quarter: Quarter,
  branch: string,
  author: string,
  authoredAt: string,
): Promise<{ readonly change: string }> {
  const { office, told } = quarter
  for (const name of asked.filter((n) => n !== author)) {
    const key = office.colleague(name).keyFile
    const said = await json<{ change: string; holds: boolean }>(quarter, 'approve', branch, '--key', key, '--json')
    const known = told.get(said.change) ?? bare(author, authoredAt)
    told.set(said.change, { ...known, approvers: [...known.approvers, name] })
    if (said.holds) return said
  }
  throw new Error(`nobody is left to agree to ${branch}`)
}

async function json<Answer>({ office }: Quarter, ...argv: readonly string[]): Promise<Answer> {
  const ran = await office.run(argv)
  if (ran.status !== 0 && ran.status !== 2)
    throw new Error(`plumbline ${argv.join(' ')} ended with ${ran.status}\n${ran.out}${ran.err}`)
  return JSON.parse(ran.out) as Answer
}

/** The number that was given last. */
async function newest(quarter: Quarter): Promise<string> {
  const changes = await json<readonly { id: string }[]>(quarter, 'log', '--json')
  return (
    changes
      .map((c) => c.id)
      .sort()
      .at(-1) ?? ''
  )
}

const bare = (author: string, authoredAt: string): Told => ({
  change: '',
  type: 'normal',
  state: '',
  author,
  approvers: [],
  authoredAt,
  actions: 0,
})

/** Writes down what has become of a change so far. */
async function toldBy({ office, told, say }: Quarter, change: string): Promise<Told> {
  const { state, type, merge, deployment, actions, rollbackOf } = await office.record(change)
  const known = told.get(change) ?? bare('', office.now().toISOString())
  const entry: Told = {
    ...known,
    change,
    state,
    type,
    actions: actions.length,
    ...(rollbackOf !== undefined && { rollbackOf }),
    ...(merge !== undefined && { mergedAt: merge.recognisedAt }),
    ...(deployment?.finishedAt !== undefined && { endedAt: deployment.finishedAt }),
  }
  told.set(change, entry)
  say(`${office.now().toISOString().slice(0, 10)}  ${change}  ${type}  ${state}`)
  return entry
}

async function stateIs({ office }: Quarter, change: string, wanted: string): Promise<void> {
  const { state } = await office.record(change)
  if (state !== wanted) throw new Error(`${change} is ${state}, not ${wanted}`)
}
