import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { verifySshSignature } from '../signing/ssh-signature.ts'
import { openGitLedger } from './git-ledger.ts'
import {
  appendNext,
  cut,
  entry,
  expectSound,
  fresh,
  hub,
  local,
  removeScratch,
  signer,
  startWriter,
} from './test-ledger.ts'
import { testRepository } from './test-repository.ts'

const hasKeygen = spawnSync('ssh-keygen', ['-?']).error === undefined

afterAll(removeScratch)

describe.each(['sha1', 'sha256'])('without a remote, %s', (format) => {
  it('one signed commit for each entry, which git reads', async () => {
    const r = testRepository(fresh('local'), `--object-format=${format}`)
    const ledger = await openGitLedger(r.dir)
    expect((await ledger.view()).tip).toBeUndefined()
    expect(await (await ledger.view()).list('changes')).toEqual([])
    expect(await ledger.history()).toEqual([])
    await ledger.append(async () => ({
      entries: [entry('genesis', { 'genesis.yaml': 'kind: Genesis\n' })],
      result: undefined,
    }))
    const result = await ledger.append(async (view) => {
      expect(await view.file('genesis.yaml')).toBe('kind: Genesis\n')
      return {
        entries: [
          entry('CHG-1', { 'changes/2026/000/CHG-1.yaml': 'a: 1\n' }, { subject: 'sha256:12' }),
          entry('CHG-1', { 'changes/2026/000/CHG-1.yaml': 'a: 2\n' }, { transition: 'approve', actor: 'Person/n.ito' }),
          entry('lock/prod', { 'locks/prod.yaml': 'l\n' }),
        ],
        result: 'done',
      }
    })
    expect(result).toBe('done')
    expect(r.git('status', '--porcelain')).toBe('')
    expect(r.git('fsck', '--strict', '--no-dangling')).toBe('')
    const log = r.git(
      'log',
      '--format=%an %s | %(trailers:key=Transition,valueonly,separator=)',
      'ledger',
      '--',
      'changes/2026/000/CHG-1.yaml',
    )
    expect(log).toBe('Person/n.ito CHG-1: propose | approve\nengine CHG-1: propose | propose')
    const view = await ledger.view()
    expect(await view.list('changes/2026')).toEqual(['000'])
    expect(await view.list('nowhere')).toEqual([])
    expect(await view.file('changes/2026/000/CHG-1.yaml')).toBe('a: 2\n')
    expect(await view.file('changes/2026')).toBeUndefined()
    const history = await ledger.history('changes/2026/000/CHG-1.yaml')
    expect(history.map((c) => c.trailers['Transition'])).toEqual(['propose', 'approve'])
    expect(history[0]).toMatchObject({
      at: '2026-10-02T12:00:00Z',
      title: 'CHG-1: propose',
      trailers: { Subject: 'sha256:12' },
    })
    for (const c of await ledger.history())
      expect(verifySshSignature(c.signature ?? '', c.signedPayload, 'git')).toEqual({
        ok: true,
        publicKey: signer.publicKey,
      })

    if (hasKeygen) {
      // As docs/ledger.md shows it.
      r.write('../allowed', `engine namespaces="git",valid-after="20260101Z" ${signer.publicKey}\n`)
      const signers = ['-c', `gpg.ssh.allowedSignersFile=${join(r.dir, '..', 'allowed')}`]
      expect(new Set(r.git(...signers, 'log', '--format=%G? %GS', 'ledger').split('\n'))).toEqual(new Set(['G engine']))
    }

    await ledger.append(async () => ({ entries: [entry('lock/prod', { 'locks/prod.yaml': null })], result: 0 }))
    const steps = []
    for await (const step of ledger.steps()) steps.push(step)
    expect(steps.map((s) => s.changes)).toEqual([
      [{ path: 'genesis.yaml', after: 'kind: Genesis\n' }],
      [{ path: 'changes/2026/000/CHG-1.yaml', after: 'a: 1\n' }],
      [{ path: 'changes/2026/000/CHG-1.yaml', before: 'a: 1\n', after: 'a: 2\n' }],
      [{ path: 'locks/prod.yaml', after: 'l\n' }],
      [{ path: 'locks/prod.yaml', before: 'l\n' }],
    ])
    expect(steps.map((s) => s.commit.parents[0])).toEqual([undefined, ...steps.slice(0, -1).map((s) => s.commit.id)])
    const later = []
    for await (const step of ledger.steps(steps[2]?.commit.id)) later.push(step.commit.id)
    expect(later).toEqual(steps.slice(3).map((s) => s.commit.id))
    ledger.close()
  })
})

describe('appending', () => {
  it('nothing writes nothing', async () => {
    const r = local()
    const ledger = await openGitLedger(r.dir)
    expect(await ledger.append(async () => ({ entries: [], result: 7 }))).toBe(7)
    expect(r.succeeds('rev-parse', '--verify', 'ledger')).toBe(false)
    ledger.close()
  })

  it('a job that throws falls out, the others of its batch go on', async () => {
    const r = local()
    const ledger = await openGitLedger(r.dir)
    const jobs = [0, 1, 2, 3].map((i) =>
      ledger.append(async (view) => {
        if (i === 2) throw new Error('not now')
        return appendNext(view)
      }),
    )
    const outcomes = await Promise.allSettled(jobs)
    expect(outcomes.map((o) => (o.status === 'fulfilled' ? o.value : String(o.reason)))).toEqual([
      '000001',
      '000002',
      'Error: not now',
      '000003',
    ])
    expectSound(r)
    ledger.close()
  })

  it('many at once in one process travel together', async () => {
    const { bare, clone } = hub()
    writeFileSync(join(bare.dir, 'hooks/post-receive'), `#!/bin/sh\necho push >> ${bare.dir}/pushes\n`, { mode: 0o755 })
    const ledger = await openGitLedger(clone().dir)
    const ids = await Promise.all(Array.from({ length: 100 }, () => ledger.append((view) => appendNext(view))))
    expect(ids).toEqual(Array.from({ length: 100 }, (_, i) => String(i + 1).padStart(6, '0')))
    expect(expectSound(bare)).toEqual(ids)
    expect(readFileSync(join(bare.dir, 'pushes'), 'utf8').trim().split('\n').length).toBeLessThanOrEqual(3)
    ledger.close()
  })

  it('is refused offline, and says so without a network', async () => {
    const { bare, clone } = hub()
    const r = clone()
    const online = await openGitLedger(r.dir)
    await online.append((view) => appendNext(view))
    rmSync(bare.dir, { recursive: true })
    await expect(online.append((view) => appendNext(view))).rejects.toMatchObject({ code: 'remote-unreachable' })
    await expect(online.view()).rejects.toMatchObject({ code: 'remote-unreachable' })
    const offline = await openGitLedger(r.dir, { offline: true })
    expect(await (await offline.view()).list('changes')).toEqual(['000001.yaml'])
    expect(await offline.history()).toHaveLength(1)
    await expect(offline.append((view) => appendNext(view))).rejects.toMatchObject({ code: 'remote-unreachable' })
    online.close()
    offline.close()
  })

  it('from a clone that fetches one branch only, and reads it offline afterwards', async () => {
    const { bare, clone } = hub()
    const r = clone()
    r.git('config', 'remote.origin.fetch', '+refs/heads/main:refs/remotes/origin/main')
    const ledger = await openGitLedger(r.dir)
    await Promise.all([1, 2, 3].map(() => ledger.append((view) => appendNext(view))))
    await ledger.append((view) => appendNext(view))
    expect(expectSound(bare)).toHaveLength(4)
    const offline = await openGitLedger(r.dir, { offline: true })
    expect(await offline.history()).toHaveLength(4)
    ledger.close()
    offline.close()
  })

  it('tells apart a hook that refuses from a race', async () => {
    const { bare, clone } = hub()
    writeFileSync(join(bare.dir, 'hooks/pre-receive'), '#!/bin/sh\necho not today\nexit 1\n', { mode: 0o755 })
    const ledger = await openGitLedger(clone().dir)
    await expect(ledger.append((view) => appendNext(view))).rejects.toMatchObject({
      code: 'push-refused',
      message: /not today/,
    })
    ledger.close()
  })

  it('gives up where the ledger moves every time', async () => {
    const { clone } = hub()
    const [mine, theirs] = [await openGitLedger(clone().dir, { patience: 0 }), await openGitLedger(clone().dir)]
    const beaten = mine.append(async (view) => {
      const mineNext = await appendNext(view, 'mine')
      await theirs.append((v) => appendNext(v, 'theirs'))
      return mineNext
    })
    await expect(beaten).rejects.toMatchObject({ code: 'ledger-contended' })
    mine.close()
    theirs.close()
  })

  it('after a lost race everything is asked again, on what is there now', async () => {
    const { bare, clone } = hub()
    const [a, b] = [await openGitLedger(clone().dir), await openGitLedger(clone().dir)]
    let asked = 0
    const id = await a.append(async (view) => {
      asked += 1
      const next = await appendNext(view, 'a')
      if (asked === 1) await b.append((v) => appendNext(v, 'b'))
      return next
    })
    expect([asked, id]).toEqual([2, '000002'])
    expect(expectSound(bare)).toEqual(['000001', '000002'])
    a.close()
    b.close()
  })
})

describe('many processes write at once', { timeout: 180_000 }, () => {
  it('on one remote, from clones of their own: nothing lost, nothing doubled', async () => {
    const { bare, clone } = hub()
    const writers = Array.from({ length: 6 }, (_, i) => startWriter(clone().dir, `w${i}`, 8, 1 + (i % 3)))
    const ended = await Promise.all(writers.map((w) => w.ended))
    expect(ended.map((e) => e.stderr).join('')).toBe('')
    const ids = ended.flatMap((e) => e.ids)
    expect(ids).toHaveLength(48)
    expect([...expectSound(bare)].sort()).toEqual(ids.sort())
  })

  it('in one repository without a remote, and in one clone of a remote', async () => {
    const alone = local()
    const { bare, clone } = hub()
    const shared = clone()
    const writers = [alone, alone, alone, shared, shared, shared].map((r, i) => startWriter(r.dir, `w${i}`, 6, 2))
    const ended = await Promise.all(writers.map((w) => w.ended))
    expect(ended.map((e) => e.stderr).join('')).toBe('')
    expect(expectSound(alone).sort()).toEqual(
      ended
        .slice(0, 3)
        .flatMap((e) => e.ids)
        .sort(),
    )
    expect(expectSound(bare).sort()).toEqual(
      ended
        .slice(3)
        .flatMap((e) => e.ids)
        .sort(),
    )
    expect(shared.git('rev-parse', 'ledger')).toBe(bare.git('rev-parse', 'ledger'))
  })

  it('and one is killed in the middle: what it reported is there, and the others go on', async () => {
    const { bare, clone } = hub()
    const r = clone()
    const victim = startWriter(r.dir, 'victim', 10_000, 3)
    const survivor = startWriter(clone().dir, 'survivor', 6)
    let seen = 0
    await new Promise<void>((resolve) => {
      victim.process.stdout?.on('data', (chunk: Buffer) => {
        seen += chunk.toString().split('\n').length - 1
        if (seen >= 4) resolve()
      })
    })
    victim.process.kill('SIGKILL')
    const [dead, alive] = await Promise.all([victim.ended, survivor.ended])
    expect(alive.stderr).toBe('')
    // The clone of the killed one is used again.
    const next = await startWriter(r.dir, 'next', 2).ended
    expect(next.stderr).toBe('')
    const records = new Set(expectSound(bare))
    for (const id of [...dead.ids, ...alive.ids, ...next.ids]) expect(records.has(id), id).toBe(true)
    expect(r.git('fsck', '--strict', '--no-dangling')).toBe('')
  })
})

describe('a push whose connection breaks', () => {
  it.each([
    ['before', 3],
    ['after', 1],
  ] as const)('%s the server accepted: written once', async (when, asked) => {
    const { bare, clone } = hub()
    const r = clone()
    const ledger = await openGitLedger(r.dir)
    await ledger.append((view) => appendNext(view))
    cut(r, when, 2)
    let count = 0
    const jobs = [1, 2, 3].map(() =>
      ledger.append((view) => {
        count += 1
        return appendNext(view)
      }),
    )
    const ids = await Promise.all(jobs)
    expect(ids).toEqual(['000002', '000003', '000004'])
    expect(expectSound(bare)).toEqual(['000001', ...ids])
    // What arrived is not prepared again; what did not is, once for each broken push.
    expect(count).toBe(3 * asked)
    expect(r.git('rev-parse', 'ledger')).toBe(bare.git('rev-parse', 'ledger'))
    ledger.close()
  })

  it('every time: says that the remote is unreachable, and nothing is written', async () => {
    const { bare, clone } = hub()
    const r = clone()
    const ledger = await openGitLedger(r.dir)
    await ledger.append((view) => appendNext(view))
    cut(r, 'before', 1000)
    await expect(ledger.append((view) => appendNext(view))).rejects.toMatchObject({ code: 'remote-unreachable' })
    expect(expectSound(bare)).toEqual(['000001'])
    ledger.close()
  })
})

describe('a remote that rewrites the ledger', () => {
  const prepared = async () => {
    const { bare, clone } = hub()
    const r = clone()
    const ledger = await openGitLedger(r.dir)
    for (let i = 0; i < 3; i += 1) await ledger.append((view) => appendNext(view))
    return { bare, clone, r, ledger, tip: r.git('rev-parse', 'ledger') }
  }

  it('by truncation, fork or removal is found, named and never followed', async () => {
    const { bare, r, ledger, tip } = await prepared()
    const truncated = bare.git('rev-parse', 'ledger~1')
    bare.git('update-ref', 'refs/heads/ledger', truncated)
    await expect(ledger.view()).rejects.toMatchObject({
      code: 'ledger-tampered',
      message: expect.stringContaining(tip),
    })
    // Even after a forced fetch by hand.
    r.git('fetch', '-q', 'origin', '+refs/heads/*:refs/remotes/origin/*')
    await expect(ledger.append((view) => appendNext(view))).rejects.toMatchObject({ code: 'ledger-tampered' })

    const forged = bare.git('commit-tree', `${truncated}^{tree}`, '-p', truncated, '-m', 'forged')
    bare.git('update-ref', 'refs/heads/ledger', forged)
    await expect(ledger.view()).rejects.toMatchObject({
      code: 'ledger-tampered',
      message: expect.stringMatching(`${forged} stands where ${tip}`),
    })
    await expect((await openGitLedger(r.dir, { offline: true })).view()).rejects.toMatchObject({
      code: 'ledger-tampered',
    })

    bare.git('update-ref', '-d', 'refs/heads/ledger')
    await expect(ledger.view()).rejects.toMatchObject({
      code: 'ledger-tampered',
      hint: expect.stringContaining('git push'),
    })
    expect(r.git('rev-parse', 'ledger')).toBe(tip)
    ledger.close()
  })

  it('is seen from a clone that only ever read it', async () => {
    const { bare, clone } = await prepared()
    const reader = clone()
    bare.git('update-ref', 'refs/heads/ledger', bare.git('rev-parse', 'ledger~2'))
    const ledger = await openGitLedger(reader.dir)
    await expect(ledger.view()).rejects.toMatchObject({ code: 'ledger-tampered' })
    ledger.close()
  })

  it('has none yet while this clone has one: says how to publish it', async () => {
    const r = local()
    const ledger = await openGitLedger(r.dir)
    await ledger.append((view) => appendNext(view))
    const bare = testRepository(fresh('hub'), '--bare')
    r.git('remote', 'add', 'origin', bare.dir)
    await expect(ledger.view()).rejects.toMatchObject({
      code: 'ledger-unpublished',
      hint: expect.stringContaining('git push origin ledger'),
    })
    r.git('push', '-q', 'origin', 'ledger')
    expect(await ledger.append((view) => appendNext(view))).toBe('000002')
    expectSound(bare)
    ledger.close()
  })
})

it('leaves no temporary file behind', async () => {
  const r = local()
  const ledger = await openGitLedger(r.dir)
  await Promise.all(Array.from({ length: 30 }, () => ledger.append((view) => appendNext(view))))
  const files = readdirSync(join(r.dir, '.git'), { recursive: true }).map(String)
  expect(files.filter((f) => f.includes('tmp_obj') || f.endsWith('.lock'))).toEqual([])
  ledger.close()
})
