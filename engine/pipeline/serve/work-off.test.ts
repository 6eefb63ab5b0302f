import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEmbeddedInbox } from '../../adapters/inbox/embedded-inbox.ts'
import type { Inbox } from '../../ports/inbox.ts'
import { parcelOf, type Task } from './task.ts'
import { type Ended, type WorkOptions, workOff } from './work-off.ts'

let scratch: string
let inbox: Inbox
let clock: number
let told: Ended[]

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'plumbline-work-'))
  inbox = openEmbeddedInbox(scratch)
  clock = 0
  told = []
})
afterEach(() => {
  inbox.close()
  rmSync(scratch, { recursive: true, force: true })
})

const worker = (perform: WorkOptions['perform'], atOnce = 4) =>
  workOff({ inbox, now: () => clock, atOnce, perform, tell: (end) => told.push(end) })

const plan = (request: number): Task => ({ kind: 'plan', request })
const comment = (request: number, id: number): Task => ({ kind: 'comment', request, comment: String(id) })

/** Resolves once everything under way, and what that woke, is done. */
async function idle(work: ReturnType<typeof worker>): Promise<void> {
  while (work.running() > 0) await new Promise((resolve) => setImmediate(resolve))
}

describe('working off an inbox', () => {
  it('goes through what happened to a pull request in its order, whatever happens to others', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(2), { maxLength: 20 }), fc.infiniteStream(fc.nat(3)), async (lanes, waits) => {
        const place = mkdtempSync(join(scratch, 'lanes-'))
        inbox.close()
        inbox = openEmbeddedInbox(place)
        const done: Task[] = []
        const under = new Set<number>()
        const work = worker(async (task) => {
          if (!('request' in task)) throw new Error('no such task')
          expect(under.has(task.request)).toBe(false)
          under.add(task.request)
          for (let turns = waits.next().value; turns > 0; turns -= 1) await new Promise((r) => setImmediate(r))
          under.delete(task.request)
          done.push(task)
          return { outcome: 'done' }
        }, 2)
        const tasks = lanes.map((request, i) => comment(request, i))
        for (const [i, task] of tasks.entries()) {
          inbox.put(parcelOf(`d${i}`, task), 0)
          work.wake()
        }
        await idle(work)
        for (const request of new Set(lanes))
          expect(done.filter((t) => 'request' in t && t.request === request)).toEqual(
            tasks.filter((t) => 'request' in t && t.request === request),
          )
        expect(inbox.counts()).toEqual({ waiting: 0, failed: 0 })
      }),
      { numRuns: 30 },
    )
  })

  it('tries what failed again later, five times in all, and then says that it gave up', async () => {
    const attempts: boolean[] = []
    const work = worker(async (_, { last }) => {
      attempts.push(last)
      throw new Error('the forge is down')
    })
    inbox.put(parcelOf('d1', plan(1)), 0)
    for (const at of [0, 5_000, 10_000, 69_000, 70_000, 370_000, 1_270_000, 9_999_999]) {
      clock = at
      work.wake()
      await idle(work)
    }
    expect(attempts).toEqual([false, false, false, false, true])
    expect(told.map((t) => t.end.outcome)).toEqual([...Array(4).fill('to-be-tried-again'), 'given-up'])
    expect(inbox.counts()).toEqual({ waiting: 0, failed: 1 })
    // Who sends it again means it.
    expect(inbox.put(parcelOf('d1', plan(1)), clock)).toBe('accepted')
  })

  it('plans once for all pushes that waited, and once more for what came meanwhile', async () => {
    let planned = 0
    let go = (): void => undefined
    const work = worker(async () => {
      planned += 1
      if (planned === 1) await new Promise<void>((resolve) => (go = resolve))
      return { outcome: 'planned' }
    })
    for (const id of ['d1', 'd2', 'd3']) inbox.put(parcelOf(id, plan(1)), 0)
    work.wake()
    for (const id of ['d4', 'd5']) inbox.put(parcelOf(id, plan(1)), 0)
    go()
    await idle(work)
    expect(planned).toBe(2)
    expect(told.map((t) => [t.id, t.along])).toEqual([
      ['d1', 2],
      ['d4', 1],
    ])
  })

  it('keeps what was interrupted for the next process, and begins nothing once it is told to stop', async () => {
    let go = (): void => undefined
    const work = worker(async () => {
      await new Promise<void>((resolve) => (go = resolve))
      return { outcome: 'stopped', interrupted: true }
    })
    inbox.put(parcelOf('d1', plan(1)), 0)
    inbox.put(parcelOf('d2', comment(1, 5)), 0)
    work.wake()
    const stopped = work.stop()
    go()
    await stopped
    work.wake()
    expect(work.running()).toBe(0)
    expect(inbox.counts()).toEqual({ waiting: 2, failed: 0 })
    expect(inbox.take(new Set(), 0)?.parcel.id).toBe('d1')
  })

  it('sets aside what it does not understand', async () => {
    const work = worker(async () => ({ outcome: 'done' }))
    inbox.put({ id: 'd1', lane: 'x', same: 'x', work: { kind: 'dance' } }, 0)
    work.wake()
    await idle(work)
    expect(told.map((t) => t.end.outcome)).toEqual(['unknown'])
    expect(inbox.counts()).toEqual({ waiting: 0, failed: 1 })
  })
})
