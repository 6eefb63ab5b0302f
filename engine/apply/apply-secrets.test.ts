import { describe, expect, it } from 'vitest'
import { canaries, leaksIn } from '../../test/fixtures/canaries.ts'
import { thing, thingType } from '../../test/fixtures/thing-type.ts'
import type { PipelineEvent } from '../model/event.ts'
import type { RecordedAction } from '../model/plan.ts'
import type { Change } from '../model/resource.ts'
import { mask, render, type Script, sh } from '../model/script.ts'
import { secretToken } from '../model/secret-ref.ts'
import type { HostSession, Output, Target } from '../ports/host-session.ts'
import { applyHost, type HostWorld } from './apply-host.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const all = bytes(canaries.join('\n'))

/** How an action can end, with a host that says every value it knows. */
const ends: Readonly<Record<string, Partial<Output>>> = {
  well: { code: 0 },
  badly: { code: 1 },
  'in time-out': { code: null, timedOut: true },
  'cut off': { code: null, cutOff: true },
  'by a busy lock': { code: 121 },
  'without a place for state': { code: 124 },
  'without a pre-image': { code: 125 },
}

/** The worst type there could be: it speaks of its value, and puts it bare into its scripts. */
const chatty = {
  ...thingType('first', 10),
  steps: ({ resource, verb }: Change) => ({
    summary: `${verb} to ${resource.spec['value']}`,
    script: sh`echo ${String(resource.spec['value'])}`,
    inverse: sh`echo ${String(resource.spec['value'])}`,
    reversibility: 'exact' as const,
  }),
}

const action: RecordedAction = {
  id: 'act-1',
  host: 'a',
  resource: 'first:x',
  verb: 'update',
  reversibility: 'exact',
  before: 'sha256:before',
  after: 'sha256:after',
}

async function apply(value: string, output: Partial<Output>, verb: 'update' | 'restart' = 'update') {
  const told: unknown[] = []
  const sent: Script[] = []
  const planned = thing('first:x', { value: secretToken({ reference: 'age/pw', version: '1' }) })
  const resolved = thing('first:x', { value })
  const session: HostSession = {
    target: { host: 'a' } as Target,
    read: async () => ({ code: 0, stdout: all, stderr: all, truncated: false, timedOut: false, cutOff: false }),
    run: async (script) => {
      sent.push(script)
      return { code: 0, stdout: all, stderr: all, truncated: false, timedOut: false, cutOff: false, ...output }
    },
    close: async () => {},
  }
  const world: HostWorld = {
    change: 'CHG-2026-00001',
    types: new Map([['first', chatty]]),
    connector: { connect: async () => ({ failed: 'host-unreachable', detail: 'no' }), close: async () => {} },
    journal: { append: async (_, entry) => void told.push(entry), read: async () => [], remove: async () => {} },
    clock: { now: () => new Date(0) },
    emit: (event: PipelineEvent) => void told.push(event),
    look: async () => ({
      session,
      fill: () => resolved,
      change: () => ({ verb: 'update', resource: resolved, have: { value: 'old' }, fields: [{ path: 'value' }] }),
    }),
    digest: () => 'sha256:before',
    stopping: () => false,
    deadline: 1000,
    outputCap: 1000,
  }
  const results = await applyHost(
    {
      host: 'a',
      lock: 'prod',
      fence: 1,
      actions: [{ action: { ...action, verb }, resource: planned, resumed: false }],
    },
    world,
  )
  return { told: JSON.stringify([told, results]), sent }
}

describe('an action with a secret', () => {
  it.each(Object.entries(ends))('that ends %s tells nothing of it', async (_how, output) => {
    for (const value of canaries) {
      const { told, sent } = await apply(value, output)
      expect(leaksIn(told)).toEqual([])
      expect(told).toContain('update to {secret age/pw}')
      expect(sent).toHaveLength(1)
      for (const script of sent) expect(leaksIn(mask(script))).toEqual([])
    }
  })

  it('restarts with the value, too, and never with what stands for it', async () => {
    const { told, sent } = await apply('the value', {}, 'restart')
    expect(told).toContain('restart to {secret age/pw}')
    expect(sent.map(render).join('\n')).toContain('the value')
    await expect(apply(secretToken({ reference: 'age/pw', version: '1' }), {})).rejects.toThrow('without its secrets')
  })
})
