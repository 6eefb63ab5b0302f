import { describe, expect, it } from 'vitest'
import type { RecordedAction } from '../model/plan.ts'
import type { Verb } from '../model/resource.ts'
import { stillWanted } from './still-wanted.ts'

const action = (n: number, verb: Verb): RecordedAction => ({
  id: `act-${n}`,
  host: 'web-01',
  resource: `file:/etc/${n}`,
  verb,
  reversibility: 'exact',
  before: 'sha256:before',
  after: `sha256:${n}`,
})

describe('stillWanted', () => {
  const actions = [action(1, 'create'), action(2, 'update'), action(3, 'delete'), action(4, 'restart')]

  it('names what documents want as the change set it, and removals that they do not speak of', () => {
    const found = stillWanted({ actions }, (_, resource) => (resource === 'file:/etc/1' ? 'sha256:1' : undefined))
    expect(found.map((a) => a.id)).toEqual(['act-1', 'act-3'])
  })

  it('names nothing that the change never began, or that documents want otherwise by now', () => {
    const results = [{ id: 'act-1', outcome: 'not-started' as const }]
    const deployment = { environments: [], fences: {}, startedAt: '', by: '', intents: [], results }
    expect(stillWanted({ actions, deployment }, (_, r) => (r === 'file:/etc/1' ? 'sha256:1' : 'sha256:else'))).toEqual(
      [],
    )
  })
})
