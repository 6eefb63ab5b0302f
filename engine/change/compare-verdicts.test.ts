import { describe, expect, it } from 'vitest'
import type { Document } from '../model/document.ts'
import type { Verdict } from '../model/plan.ts'
import { graphOf } from './case-world.ts'
import { compareVerdicts, type JudgedTwice } from './compare-verdicts.ts'
import { oneIndependent } from './judge-approvals.ts'
import { peopleOf } from './people.ts'

const document = (kind: string, name: string, spec: Document['spec']): Document => ({
  apiVersion: 'plumbline/v1',
  kind,
  metadata: { name },
  spec,
})
const people = peopleOf(
  graphOf([
    document('Person', 'ada', { email: 'ada@example.org' }),
    document('Person', 'ben', { email: 'ben@example.org' }),
    document('Team', 'security', { members: ['ben'] }),
  ]),
)
const change: JudgedTwice = { type: 'normal', agreed: ['Person/ada'], people }
const asks = (...requirements: Verdict['requirements']): Verdict => ({ denials: [], warnings: [], requirements })
const security = { count: 1, teams: ['Team/security'], because: 'Security looks' } as const
const denied: Verdict = { ...asks(), denials: [{ code: 'change-denied', severity: 'error', summary: 'Frozen' }] }
const floor = asks(oneIndependent)

const compared = (then: Verdict, now: Verdict, more: Partial<JudgedTwice> = {}) => {
  const { result, heldUp, was, now: after, why } = compareVerdicts(then, now, { ...change, ...more })
  return { result, heldUp, text: `${was.text} → ${after.text}`, why }
}

describe('verdicts of two sets of rules', () => {
  it('are the same where they ask for the same', () => {
    expect(compared(asks(security), asks({ ...security, because: 'in other words' }))).toMatchObject({
      result: 'same',
      why: [],
    })
  })

  it('are stricter where more is asked, and hold up what lacks it', () => {
    const text = '1 of anybody → 1 of Team/security'
    expect(compared(floor, asks(security))).toEqual({ result: 'stricter', heldUp: true, text, why: ['Security looks'] })
    expect(compared(floor, asks(security), { agreed: ['Person/ben'] }).heldUp).toBe(false)
    expect(compared(floor, denied)).toMatchObject({ result: 'stricter', heldUp: true, text: '1 of anybody → denied' })
    const windows = [{ windows: [], because: 'At night' }]
    expect(compared(floor, { ...floor, windows })).toMatchObject({
      result: 'stricter',
      text: '1 of anybody → 1 of anybody, inside a window',
    })
  })

  it('are looser where less is', () => {
    expect(compared(asks(security), floor)).toMatchObject({
      result: 'looser',
      heldUp: false,
      why: ['no longer: Security looks'],
    })
    expect(compared(denied, floor)).toMatchObject({ result: 'looser', heldUp: false })
  })

  it('are other where it is another', () => {
    const two = { count: 2, teams: [], because: 'Four eyes' } as const
    expect(compared(asks(security), asks(two))).toMatchObject({ result: 'other', heldUp: true })
  })

  it('do not hold up what waits for nobody', () => {
    expect(compared(floor, asks(security), { type: 'emergency' }).heldUp).toBe(false)
    expect(compared(floor, asks(security), { type: 'standard' }).heldUp).toBe(false)
    expect(compared(floor, { ...floor, changeType: 'normal' }, { type: 'standard' }).heldUp).toBe(true)
  })
})
