import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../model/document.ts'
import { parcelOf, type Task, taskOf } from './task.ts'
import { taskOfHook } from './task-of-hook.ts'

interface Case {
  readonly case: string
  readonly event: string
  /** Of the hook; that which is served where nothing is said. */
  readonly repository?: string | null
  readonly payload: JsonObject
  readonly expect?: Task
}

const cases = load(readFileSync(new URL('cases/hooks.yaml', import.meta.url), 'utf8')) as readonly Case[]
interface Example {
  readonly name: string
  readonly examples: readonly JsonObject[]
}

const published = createRequire(import.meta.url).resolve('@octokit/webhooks-examples/api.github.com/index.json')
const examples = JSON.parse(readFileSync(published, 'utf8')) as readonly Example[]
const served = { repository: 'mill/estate', target: 'main' }

describe('what a hook asks to look after', () => {
  it.each(cases)('$case', ({ event, payload, repository = served.repository, expect: wanted }) => {
    const from = repository === null ? {} : { repository: { full_name: repository } }
    expect(taskOfHook({ event, payload: { ...payload, ...from } }, served)).toEqual(wanted)
  })

  it('is nothing in any payload that GitHub published, for they are of other repositories', () => {
    const all = examples.flatMap(({ name, examples: payloads }) => payloads.map((payload) => ({ name, payload })))
    expect(all).toHaveLength(329)
    for (const { name, payload } of all) expect(taskOfHook({ event: name, payload }, served)).toBeUndefined()
  })

  it('is found in what GitHub published where that is of this repository', () => {
    const found = examples.flatMap(({ name, examples: payloads }) =>
      payloads.flatMap((payload) => {
        const own = { ...payload, repository: { full_name: served.repository } }
        return taskOfHook({ event: name, payload: own }, served)?.kind ?? []
      }),
    )
    expect(new Set(found)).toEqual(new Set(['plan', 'plan-commit', 'queued', 'record', 'issue']))
  })

  it('is looked for without stumbling, whatever stands there', () => {
    const events = fc.constantFrom(...new Set(cases.map((c) => c.event)))
    fc.assert(
      fc.property(events, fc.object({ maxDepth: 3 }), fc.jsonValue(), (event, some, other) => {
        const payload = {
          ...some,
          repository: { full_name: 'mill/estate' },
          issue: other,
          comment: other,
        } as JsonObject
        expect(() => taskOfHook({ event, payload }, served)).not.toThrow()
      }),
    )
  })

  it('comes out of the inbox as it was put there', () => {
    for (const { expect: task } of cases) if (task !== undefined) expect(taskOf(parcelOf('1', task))).toEqual(task)
    expect(taskOf({ work: { kind: 'dance' } })).toBeUndefined()
    expect(taskOf({ work: { kind: 'plan', request: '7' } })).toBeUndefined()
  })
})
