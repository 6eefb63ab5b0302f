import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import type { ReleaseRecord } from '../model/release.ts'
import type { LedgerStep } from '../ports/ledger.ts'
import type { Tag } from '../ports/repository.ts'
import { serialiseRecord } from './record-text.ts'
import { baselineDigest, cutRelease, releaseEntry, releasePath, withdrawRelease } from './release-record.ts'
import { by, expectRecord } from './test-records.ts'
import type { VerifyQuestion } from './verify-question.ts'
import { releaseStepFault } from './verify-release.ts'
import { tagFindings } from './verify-tags.ts'
import { LedgerWalk } from './verify-walk.ts'

/** Releases in a ledger that somebody else wrote: what is not as it should be is named. */

const sha256 = (d: string | Uint8Array) => createHash('sha256').update(d).digest('hex')
const [engine, stranger] = ['ssh-ed25519 engine', 'ssh-ed25519 stranger'] as const
const onMain = 'a'.repeat(40)
const question = {
  sha256,
  isOnMain: async (commit: string) => commit === onMain,
  verifySignature: (signature: string) => ({ ok: true, publicKey: signature }),
} as unknown as VerifyQuestion

const walk = (): LedgerWalk => {
  const made = new LedgerWalk(question, undefined)
  made.engineKeys.set(engine, 'active')
  return made
}

const catalogues = { 'web-01': `sha256:${'1'.repeat(64)}` } as const
const release = (version: string, previous?: string, said: Partial<ReleaseRecord> = {}): ReleaseRecord => ({
  ...expectRecord(
    cutRelease(
      {
        pipeline: 'platform',
        version,
        ...(previous !== undefined && { previous }),
        by: 'n.ito',
        commit: onMain,
        tree: 'b'.repeat(40),
        catalogues,
        baseline: baselineDigest(catalogues, sha256),
        changes: [],
        unrecorded: [],
        notes: '',
      },
      by(),
    ),
  ),
  ...said,
})

const signer = { publicKey: engine, sign: async () => '' }

/** The commit that carries a record from what it was to what it is. */
const step = (after: ReleaseRecord, before?: ReleaseRecord): LedgerStep => {
  const { uuid, record, transition, actor, at, title } = releaseEntry(after, signer)
  const path = releasePath(after.id) ?? ''
  return {
    commit: {
      id: 'e'.repeat(40),
      parents: [],
      trailers: { Record: record, Transition: transition, 'Transition-Id': uuid, Actor: actor },
      title,
      at: at.toISOString(),
      signedPayload: new Uint8Array(),
    },
    changes: [
      { path, after: serialiseRecord(after), ...(before !== undefined && { before: serialiseRecord(before) }) },
    ],
  }
}

const fault = (on: LedgerWalk, after: ReleaseRecord, before?: ReleaseRecord, key: string = engine) =>
  releaseStepFault(on, after.id, step(after, before), key)

it('lets releases pass that an engine cut one after the other, and withdrew', async () => {
  const on = walk()
  const [first, second] = [release('1.0.0'), release('1.1.0', '1.0.0')]
  expect(await fault(on, first)).toBeUndefined()
  expect(await fault(on, second)).toBeUndefined()
  const gone = expectRecord(withdrawRelease(second, { reason: 'slow', by: 'n.ito' }, by()))
  expect(await fault(on, gone, second)).toBeUndefined()
})

it.each<[string, ReleaseRecord, RegExp]>([
  [
    'a number that was given before',
    release('1.1.0', '1.0.0'),
    /says that it follows 1\.0\.0, and 1\.1\.0 was released/,
  ],
  ['a number that does not grow', release('1.0.5', '1.0.0'), /says that it follows 1\.0\.0, and 1\.1\.0 was released/],
  ['another release before it', release('1.2.0', '1.0.0'), /says that it follows 1\.0\.0, and 1\.1\.0 was released/],
  ['none before it', release('0.9.0'), /says that it follows nothing/],
  ['a commit that the branch does not hold', release('1.2.0', '1.1.0', { commit: 'd'.repeat(40) }), /does not hold/],
  ['a baseline of other catalogues', release('1.2.0', '1.1.0', { catalogues: {} }), /baseline/],
])('names %s', async (_, forged, because) => {
  const on = walk()
  await fault(on, release('1.0.0'))
  await fault(on, release('1.1.0', '1.0.0'))
  expect(await fault(on, forged)).toMatch(because)
})

it('names a stranger, a release that comes back, and one under the name of another', async () => {
  const first = release('1.0.0')
  expect(await fault(walk(), first, undefined, stranger)).toMatch(/no engine's key/)
  const gone = expectRecord(withdrawRelease(first, { reason: 'slow', by: 'n.ito' }, by()))
  const { withdrawn: _, ...rest } = gone
  const back: ReleaseRecord = { ...rest, state: 'released', transition: { ...by(), name: 'promote' } }
  expect(await fault(walk(), back, gone)).toMatch(/withdrawn already/)
  expect(await releaseStepFault(walk(), 'platform/2.0.0', step(first), engine)).toMatch(/not its record/)
})

it('holds tags against the releases, and asks for none that the clone lacks', async () => {
  const on = walk()
  await fault(on, release('1.0.0'))
  const tag: Tag = {
    name: 'release/platform/1.0.0',
    id: 'f',
    commit: onMain,
    signature: engine,
    signedPayload: new Uint8Array(),
  }
  const { signature: _, ...unsigned } = tag
  const found = (...releaseTags: readonly Tag[]) => tagFindings(on, { ...question, releaseTags }).map((d) => d.summary)
  expect(found()).toEqual([])
  expect(found(tag)).toEqual([])
  expect(found({ ...tag, commit: 'd'.repeat(40) })).toEqual([expect.stringContaining('leads to dddd')])
  expect(found({ ...tag, name: 'release/platform/9.0.0' })).toEqual([
    expect.stringContaining('no release that the ledger holds'),
  ])
  expect(found(unsigned)).toEqual([expect.stringContaining('is not signed')])
  expect(found({ ...tag, signature: stranger })).toEqual([expect.stringContaining("no engine's key")])
})
