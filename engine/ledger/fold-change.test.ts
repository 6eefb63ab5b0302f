import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ActionResult, ChangeRecord, ChangeState } from '../model/record.ts'
import { changeFault } from './change-law.ts'
import * as fold from './fold-change.ts'
import { parseRecord, serialiseRecord } from './record-text.ts'
import { by, expectRecord, proposed, sampleApproval, sampleIntent, sampleProposal } from './test-records.ts'
import { type ChangeTransition, changeMoves } from './transitions.ts'

const people = ['Person/n.ito', 'Person/m.okafor', 'Person/a.silva', 'Person/j.novak'] as const
const merge = { commit: 'd'.repeat(40), base: 'a'.repeat(40) }
const deployment = (fence = 1) => ({
  environments: ['prod'],
  fences: { prod: fence },
  startedAt: '2026-10-02T13:00:00Z',
  by: 'n.ito',
  intents: [sampleIntent(1), sampleIntent(2)],
})
const result = (n: number, outcome: ActionResult['outcome'] = 'applied'): ActionResult => ({
  id: sampleIntent(n).action.id,
  outcome,
})
const refusal = (outcome: ReturnType<typeof fold.start>) =>
  'refused' in outcome ? outcome.refused.summary : 'nothing was refused'

const approved = (): ChangeRecord =>
  expectRecord(fold.addApproval(proposed(), sampleApproval('Person/n.ito'), by('Person/n.ito'), { state: 'approved' }))
const mergedIn = () => expectRecord(fold.recogniseMerge(approved(), merge, by(), { approved: true }))
const started = () => expectRecord(fold.start(mergedIn(), deployment(), by()))

it('goes from a proposal to what was implemented and rolled back', () => {
  const halfway = expectRecord(fold.progress(started(), { results: [result(1)] }, by()))
  expect(fold.countResults(halfway)).toEqual({ planned: 2, applied: 1, failed: 0, unknown: 1, 'not-started': 0 })
  const done = expectRecord(fold.finish(halfway, [result(2)], by()))
  expect(done).toMatchObject({ state: 'implemented', merge, deployment: { finishedAt: '2026-10-02T12:00:00Z' } })
  expect(expectRecord(fold.markRolledBack(done, 'CHG-2026-00043', by()))).toMatchObject({ state: 'rolled-back' })
  const history = [proposed(), approved(), mergedIn(), started(), halfway, done]
  for (const record of history) {
    const text = serialiseRecord(record)
    expect(expectRecord(parseRecord('change', text, 'x.yaml'))).toEqual(record)
  }
})

it('is looked back at though it was set aside, where something of it was begun', () => {
  const envelope = { payloadType: 'application/vnd.in-toto+json', payload: '', signatures: [] } as const
  const said = { reviewer: 'Person/m.okafor', at: '2026-10-03T12:00:00Z', outcome: 'unsuccessful' } as const
  const looked = (record: ChangeRecord) => fold.review(record, { ...said, envelope }, by('Person/m.okafor'))
  const aside = expectRecord(fold.supersede(started(), by(), ['a later one sets the same']))
  expect(expectRecord(looked(aside)).state).toBe('reviewed')
  expect(refusal(looked(expectRecord(fold.supersede(approved(), by()))))).toMatch(/nothing of it was begun/)
})

it('fails, goes on under a greater fence, and ends well', () => {
  const failed = expectRecord(
    fold.fail(started(), [result(1), result(2, 'failed')], by(), ['gate http failed on web-02']),
  )
  expect(failed).toMatchObject({ state: 'failed', reasons: ['gate http failed on web-02'] })
  expect(refusal(fold.start(failed, deployment(1), by()))).toMatch(/fence of prod did not grow/)
  const again = expectRecord(fold.start(failed, deployment(2), by()))
  expect(again.reasons).toBeUndefined()
  const crashed = expectRecord(fold.progress(again, { results: [result(1)] }, by()))
  expect(refusal(fold.resume(crashed, { fences: { prod: 2 }, by: 'm.okafor', results: [] }, by()))).toMatch(
    /did not grow/,
  )
  const resumed = expectRecord(
    fold.resume(crashed, { fences: { prod: 3 }, by: 'm.okafor', results: [result(1, 'unknown')] }, by()),
  )
  expect(expectRecord(fold.finish(resumed, [result(1), result(2)], by())).state).toBe('implemented')
})

it('keeps to the time it was given, and keeps its state where it gets another one after it was begun', () => {
  const [from, until] = ['2026-10-02T11:00:00Z', '2026-10-02T13:00:00Z']
  const due = expectRecord(fold.schedule(mergedIn(), { from, until }, by('Person/n.ito')))
  expect(due).toMatchObject({ state: 'scheduled', schedule: { from, until } })
  expect(refusal(fold.start(due, deployment(), by('engine', until)))).toMatch(/start comes outside of its time/)
  expect(refusal(fold.start(due, deployment(), by('engine', '2026-10-02T10:59:59Z')))).toMatch(/outside of its time/)
  const begun = expectRecord(fold.start(due, deployment(), by()))
  const asked = expectRecord(fold.pause(begun, 'its window is over', by()))
  const held = expectRecord(fold.hold(asked, [result(1), result(2, 'not-started')], by()))
  const again = { fences: { prod: 2 }, by: 'n.ito', results: [] }
  expect(refusal(fold.resume(held, again, by('engine', '2026-10-02T14:00:00Z')))).toMatch(/resume comes outside/)
  const later = { from: '2026-10-03T11:00:00Z', until: '2026-10-03T13:00:00Z' }
  const moved = expectRecord(fold.schedule(held, later, by('Person/n.ito')))
  expect(moved).toMatchObject({ state: 'paused', schedule: later, reasons: held.reasons })
  expect(expectRecord(fold.resume(moved, again, by('engine', '2026-10-03T11:00:00Z'))).state).toBe('implementing')
  const free = expectRecord(fold.unschedule(moved, by('Person/n.ito')))
  expect(free.state).toBe('paused')
  expect(free.schedule).toBeUndefined()
  expect(expectRecord(fold.unschedule(due, by())).state).toBe('approved')
  expect(refusal(fold.unschedule(free, by()))).toMatch(/no time that could be taken away/)
  expect(refusal(fold.schedule(proposed(), { from, until }, by()))).toMatch(/not for a change that is proposed/)
  expect(refusal(fold.schedule(mergedIn(), { from: until, until: from }, by()))).toMatch(/ends after it has begun/)
})

it('is born approved where nobody is asked, and unapproved where it was merged without asking', () => {
  expect(expectRecord(fold.propose(sampleProposal(), by(), 'approved')).state).toBe('approved')
  const found = expectRecord(
    fold.propose({ ...sampleProposal(), mergedAs: merge }, by(), 'unapproved', ['nobody approved it']),
  )
  expect(found).toMatchObject({ state: 'unapproved', merge: { ...merge, recognisedAt: '2026-10-02T12:00:00Z' } })
  expect(refusal(fold.start(found, deployment(), by()))).toMatch(/start is not for a change that is unapproved/)
})

it('runs out, or gives way to a newer plan, until it is merged', () => {
  expect(expectRecord(fold.expire(approved(), by(), ['7 days are over']))).toMatchObject({
    state: 'expired',
    reasons: ['7 days are over'],
  })
  const said = { ...sampleApproval('Person/n.ito'), at: '2026-10-02T12:30:00Z' }
  const rejected = expectRecord(fold.reject(proposed(), said, by('Person/n.ito')))
  expect(expectRecord(fold.supersede(rejected, by())).state).toBe('superseded')
  expect(refusal(fold.expire(started(), by()))).toMatch(/not for a change that is implementing/)
  // Merged all the same: recorded, and never applied.
  const late = expectRecord(fold.recogniseMerge(rejected, merge, by(), { approved: false, reasons: ['rejected'] }))
  expect(late.state).toBe('unapproved')
  expect(refusal(fold.recogniseMerge(rejected, merge, by(), { approved: true }))).toMatch(
    /not approved by being merged/,
  )
})

it('stays readable whatever a commit message or a host says', () => {
  const title = `two\nlines \u001b[31mred\u202e ${'x'.repeat(199)}😀`
  const born = expectRecord(fold.propose({ ...sampleProposal(), title }, by(), 'unapproved', ['a\u0000b\rc']))
  expect(born.title).toMatch(/^two lines \\u\{1b\}/)
  expect(expectRecord(parseRecord('change', serialiseRecord(born), 'f'))).toEqual(born)
  const detail = `no \u009b way \ud800 ${'y'.repeat(9000)}`
  const told = expectRecord(fold.progress(started(), { results: [{ ...result(1, 'failed'), detail }] }, by()))
  expect(expectRecord(parseRecord('change', serialiseRecord(told), 'f'))).toEqual(told)
})

describe('refuses', () => {
  it('to start what is not approved, to finish what is not done, to intend what was not approved', () => {
    expect(refusal(fold.start(proposed(), deployment(), by()))).toMatch(/not for a change that is proposed/)
    expect(refusal(fold.finish(started(), [result(1)], by()))).toMatch(/act-000000000002 was planned and has no result/)
    expect(refusal(fold.finish(started(), [result(1), result(2, 'unknown')], by()))).toMatch(/is unknown, so/)
    expect(refusal(fold.fail(started(), [result(1)], by(), ['x']))).toMatch(/has no result/)
    const more = { ...deployment(), intents: [sampleIntent(1), sampleIntent(9)] }
    expect(refusal(fold.start(mergedIn(), more, by()))).toMatch(/not among those of the plan/)
    expect(refusal(fold.progress(started(), { results: [result(9)] }, by()))).toMatch(/never intended/)
    expect(refusal(fold.progress(approved(), { results: [] }, by()))).toMatch(
      /progress is not for a change that is approved/,
    )
  })
  it('to take back a result, an approval, or to speak for somebody else', () => {
    const one = expectRecord(fold.progress(started(), { results: [result(1)] }, by()))
    expect(refusal(fold.progress(one, { results: [result(1, 'failed')] }, by()))).toMatch(
      /a result that was written changed/,
    )
    const approval = sampleApproval('Person/n.ito')
    expect(refusal(fold.addApproval(approved(), approval, by('Person/n.ito'), { state: 'approved' }))).toMatch(
      /exactly one statement|twice/,
    )
    expect(refusal(fold.addApproval(proposed(), approval, by('Person/m.okafor'), { state: 'approved' }))).toMatch(
      /for themselves/,
    )
    const { approvals: _, ...rest } = mergedIn()
    const emptied: ChangeRecord = { ...rest, approvals: [], transition: { ...by(), name: 'expire' }, state: 'expired' }
    expect(changeFault(mergedIn(), emptied)).toMatch(/approval that was given is gone/)
  })
})

it('approvals give the same record in whatever order they arrive', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.record({ who: fc.constantFrom(...people), minute: fc.integer({ min: 10, max: 59 }) }), {
        minLength: 1,
        maxLength: 6,
        selector: (a) => `${a.who}${a.minute}`,
      }),
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      (given, luck) => {
        const shuffled = given
          .map((g) => ({ g, key: luck.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ g }) => g)
        const foldAll = (list: typeof given) =>
          list.reduce((record, { who, minute }) => {
            const at = `2026-10-02T12:${minute}:00Z`
            return expectRecord(fold.addApproval(record, sampleApproval(who, at), by(who, at), { state: 'approved' }))
          }, proposed())
        expect(foldAll(shuffled).approvals).toEqual(foldAll(given).approvals)
      },
    ),
  )
})

it('no illegal move is ever accepted, whatever a record claims', () => {
  const states: readonly ChangeState[] = [
    'proposed',
    'approved',
    'rejected',
    'superseded',
    'expired',
    'unapproved',
    'implementing',
    'implemented',
    'failed',
    'rolled-back',
  ]
  const names = [...Object.keys(changeMoves), 'edit', '__proto__', 'constructor']
  const base = started()
  fc.assert(
    fc.property(fc.constantFrom(...states), fc.constantFrom(...states), fc.constantFrom(...names), (from, to, name) => {
      const before: ChangeRecord = { ...base, state: from }
      const after: ChangeRecord = { ...base, state: to, transition: { ...by(), name } }
      const move = Object.hasOwn(changeMoves, name) ? changeMoves[name as ChangeTransition] : undefined
      const legal =
        move !== undefined &&
        (move.from as readonly string[]).includes(from) &&
        (move.to as readonly string[]).includes(to)
      if (!legal) expect(changeFault(before, after)).toBeDefined()
    }),
    { numRuns: 500 },
  )
})

it('what is settled at birth never changes, whichever move it comes with', () => {
  const edits: readonly Partial<ChangeRecord>[] = [
    { title: 'other' },
    { id: 'CHG-2026-00043' },
    { actions: [] },
    { openedBy: 'Person/x' },
    { rollbackOf: ['CHG-2026-00001'] },
    { subject: { ...base().subject, plan: `sha256:${'9'.repeat(64)}` } },
    { rolledBackBy: 'CHG-2026-00009' },
    { merge: { ...merge, commit: 'e'.repeat(40), recognisedAt: '2026-10-02T12:00:00Z' } },
  ]
  function base(): ChangeRecord {
    return started()
  }
  const before = base()
  const after = expectRecord(fold.progress(before, { results: [result(1)] }, by()))
  for (const edit of edits) expect(changeFault(before, { ...after, ...edit }), JSON.stringify(edit)).toBeDefined()
  const dropped = { ...after, deployment: { ...deployment(), intents: [sampleIntent(2)], results: [] } }
  expect(changeFault(before, dropped)).toMatch(/intent that was written is gone/)
})
