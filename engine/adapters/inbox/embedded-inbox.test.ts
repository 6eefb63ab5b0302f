import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Inbox, Parcel } from '../../ports/inbox.ts'
import { openEmbeddedInbox } from './embedded-inbox.ts'

let scratch: string
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'plumbline-inbox-'))
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const folder = () => mkdtempSync(join(scratch, 'inbox-'))
const parcel = (id: string, lane = 'one', same = id): Parcel => ({ id, lane, same, work: { say: id } })
const none: ReadonlySet<string> = new Set()

function take(inbox: Inbox, busy = none, now = 0) {
  const taken = inbox.take(busy, now)
  if (taken === undefined) throw new Error('there is nothing to be done')
  return taken
}

describe('the inbox', () => {
  it('gives what came first, one at a time in each lane', () => {
    const inbox = openEmbeddedInbox(folder())
    for (const [id, lane] of [
      ['a', 'one'],
      ['b', 'one'],
      ['c', 'two'],
    ] as const)
      inbox.put(parcel(id, lane), 0)
    const first = take(inbox)
    expect(first.parcel).toEqual(parcel('a', 'one'))
    expect(take(inbox, new Set(['one'])).parcel.id).toBe('c')
    expect(inbox.take(new Set(['one', 'two']), 0)).toBeUndefined()
    inbox.done(first, 1)
    expect(take(inbox).parcel.id).toBe('b')
    inbox.close()
  })

  it('knows what it was given before, done or not, until that is forgotten', () => {
    const inbox = openEmbeddedInbox(folder())
    expect(inbox.put(parcel('a'), 0)).toBe('accepted')
    expect(inbox.put(parcel('a'), 0)).toBe('known')
    inbox.done(take(inbox), 5)
    expect(inbox.put(parcel('a'), 6)).toBe('known')
    expect(inbox.take(none, 6)).toBeUndefined()
    inbox.forget(5)
    expect(inbox.put(parcel('a'), 7)).toBe('known')
    inbox.forget(6)
    expect(inbox.put(parcel('a'), 8)).toBe('accepted')
    inbox.close()
  })

  it('does what asks for the same along with it', () => {
    const inbox = openEmbeddedInbox(folder())
    inbox.put(parcel('a', 'one', 'plan'), 0)
    inbox.put(parcel('b', 'one', 'other'), 0)
    inbox.put(parcel('c', 'one', 'plan'), 0)
    const taken = take(inbox)
    expect(taken.along).toEqual(['c'])
    // What comes while it is done is not done by it.
    inbox.put(parcel('d', 'one', 'plan'), 0)
    inbox.done(taken, 1)
    expect(take(inbox).parcel.id).toBe('b')
    inbox.done(take(inbox), 1)
    expect(take(inbox).parcel.id).toBe('d')
    inbox.close()
  })

  it('keeps the order of a lane where one has to be tried again', () => {
    const inbox = openEmbeddedInbox(folder())
    inbox.put(parcel('a'), 0)
    inbox.put(parcel('b'), 0)
    inbox.later(take(inbox), 100)
    expect(inbox.take(none, 99)).toBeUndefined()
    expect(inbox.nextDue(99)).toBe(100)
    expect(inbox.nextDue(100)).toBeUndefined()
    expect(take(inbox, none, 100)).toMatchObject({ parcel: { id: 'a' }, attempts: 1 })
    inbox.close()
  })

  it('takes no more than it can hold, and takes again what failed for good', () => {
    const inbox = openEmbeddedInbox(folder(), 2)
    inbox.put(parcel('a'), 0)
    inbox.put(parcel('b'), 0)
    expect(inbox.put(parcel('c'), 0)).toBe('full')
    expect(inbox.put(parcel('b'), 0)).toBe('known')
    inbox.fail(take(inbox), 1)
    expect(inbox.counts()).toEqual({ waiting: 1, failed: 1 })
    expect(inbox.put(parcel('a'), 2)).toBe('accepted')
    expect(take(inbox).parcel.id).toBe('b')
    inbox.close()
  })

  it('is there again after a restart, and nobody else may read it', () => {
    const place = folder()
    const before = openEmbeddedInbox(place)
    before.put(parcel('a'), 0)
    take(before)
    before.close()
    const after = openEmbeddedInbox(place)
    expect(take(after)).toEqual({ parcel: parcel('a'), along: [], attempts: 0 })
    after.close()
    for (const name of readdirSync(place)) expect(statSync(join(place, name)).mode & 0o077).toBe(0)
  })

  it('holds everything that was accepted before its process was killed', async () => {
    const place = folder()
    const script = `
      import { openEmbeddedInbox } from ${JSON.stringify(join(import.meta.dirname, 'embedded-inbox.ts'))}
      const inbox = openEmbeddedInbox(${JSON.stringify(place)}, 1e6)
      for (let i = 0; ; i += 1) {
        inbox.put({ id: String(i), lane: 'one', same: String(i), work: {} }, 0)
        process.stdout.write(i + '\\n')
      }`
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script])
    let out = ''
    await new Promise((resolve) => {
      child.on('exit', resolve)
      child.stdout.on('data', (data) => {
        out += String(data)
        if (out.split('\n').length > 20) child.kill('SIGKILL')
      })
    })
    const told = out.split('\n').slice(0, -1)
    const inbox = openEmbeddedInbox(place)
    for (const id of told) expect(inbox.put(parcel(id), 0)).toBe('known')
    inbox.close()
  })
})
