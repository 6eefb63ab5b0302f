import { chmodSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Forge } from '../../ports/forge.ts'
import { RepositoryError } from '../../ports/repository.ts'
import { openContext } from '../git/context.ts'
import { scratchFolder, type TestRepository, testRepository } from '../git/test-repository.ts'
import { type ForgeStage, forgeContract } from './forge.contract.ts'
import { openGitForge } from './git-forge.ts'
import { accountOf, placeOf } from './git-forge-place.ts'

const people = { ada: 'write', ben: 'maintain', chen: 'read' } as const
type Name = keyof typeof people | 'eve' | 'ci'

interface GitStage extends ForgeStage {
  readonly remote: TestRepository
  /** A clone of somebody, and the forge as it is from there. */
  clone(name: Name): TestRepository
  at(name: Name): Promise<Forge>
  /** Writes files into what the remote keeps, by hand; null removes one. */
  byHand(files: Readonly<Record<string, string | null>>): void
}

const forgeRef = 'refs/plumbline/forge'

async function gitStage(): Promise<GitStage> {
  const scratch = scratchFolder()
  const remote = testRepository(join(scratch, 'lantern', 'estate.git'), '--bare')
  const clones = new Map<Name, TestRepository>()
  const clone = (name: Name): TestRepository => {
    const known = clones.get(name)
    if (known !== undefined) return known
    const made = testRepository(join(scratch, name))
    made.git('config', 'user.name', name)
    made.git('config', 'user.email', `${name}@lantern.example`)
    made.git('remote', 'add', 'origin', remote.dir)
    clones.set(name, made)
    return made
  }
  /** As the person themselves: the test repository commits as somebody else. */
  const as = (name: Name, ...args: readonly string[]) =>
    clone(name).git('-c', `user.name=${name}`, '-c', `user.email=${name}@lantern.example`, ...args)
  let minute = 0
  const clock = { now: () => new Date(Date.UTC(2027, 2, 2, 10, minute++)) }
  const opened = async (dir: string) => {
    const forge = await openGitForge(await openContext(dir), clock)
    if (forge === undefined) throw new Error('there is no remote')
    return forge
  }
  const forges = new Map<Name, Promise<Forge>>()
  const at = (name: Name): Promise<Forge> => {
    const forge = forges.get(name) ?? opened(clone(name).dir)
    forges.set(name, forge)
    return forge
  }
  const tips = new Map<string, string>()
  const push = async (name: Name, branch: string, file: string) => {
    as(name, 'fetch', '--quiet', 'origin')
    const from = tips.get(branch) ?? tips.get('main')
    if (from !== undefined) as(name, 'checkout', '--quiet', '--detach', from)
    clone(name).write(file, `${branch}\n`)
    as(name, 'add', file)
    as(name, 'commit', '--quiet', '--message', `${file} on ${branch}`)
    as(name, 'push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`)
    const made = as(name, 'rev-parse', 'HEAD')
    tips.set(branch, made)
    return made
  }
  const byHand = (files: Readonly<Record<string, string | null>>) => {
    if (remote.succeeds('rev-parse', '--verify', '--quiet', forgeRef)) {
      as('eve', 'fetch', '--quiet', 'origin', forgeRef)
      as('eve', 'checkout', '--quiet', '--detach', 'FETCH_HEAD')
    } else as('eve', 'checkout', '--quiet', '--orphan', 'hand')
    for (const [path, text] of Object.entries(files))
      if (text === null) rmSync(join(clone('eve').dir, path))
      else clone('eve').write(path, text)
    as('eve', 'add', '--all')
    as('eve', 'commit', '--quiet', '--message', 'By hand')
    as('eve', 'push', '--quiet', 'origin', `HEAD:${forgeRef}`)
  }
  const edit = (number: number, change: (request: Record<string, unknown>) => object) => {
    const path = `requests/${number}.json`
    byHand({ [path]: JSON.stringify(change(JSON.parse(remote.git('show', `${forgeRef}:${path}`)))) })
  }
  await push('ada', 'main', 'plumbline.yaml')
  byHand({ 'access.json': JSON.stringify(people) })
  const beside = testRepository(join(scratch, 'beside'))
  beside.git('config', 'user.email', 'ci@lantern.example')
  beside.git('remote', 'add', 'origin', remote.dir)
  const propose = async (name: Name, branch: string, target = 'main') => {
    const wanted = { branch, target, title: `${branch} please`, body: '', labels: [] }
    return (await (await at(name)).keepRequest(wanted)).number
  }
  const states = { approve: 'approved', 'request-changes': 'changes-requested', comment: 'commented' } as const
  return {
    remote,
    clone,
    at,
    byHand,
    forge: await at('ci'),
    beside: await opened(beside.dir),
    push,
    propose,
    review: async (number, name, verdict) =>
      edit(number, (request) => {
        const reviews = request['reviews'] as readonly object[]
        const commit = remote.git('rev-parse', `refs/heads/${request['branch']}`)
        const made = { id: String(reviews.length + 1), author: { login: name }, state: states[verdict], commit }
        return { ...request, reviews: [...reviews, { ...made, at: clock.now().toISOString().replace('.000', '') }] }
      }),
    merge: async (number, name) => {
      const page = await (await at(name)).request(number)
      as(name, 'fetch', '--quiet', 'origin')
      as(name, 'checkout', '--quiet', '--detach', `origin/${page?.target}`)
      as(name, 'merge', '--quiet', '--no-ff', '--message', `Merge ${number}`, `origin/${page?.branch}`)
      as(name, 'push', '--quiet', 'origin', `HEAD:refs/heads/${page?.target}`)
      return as(name, 'rev-parse', 'HEAD')
    },
    label: async (number, name, label) => {
      const forge = await at(name)
      const page = await forge.request(number)
      if (page === undefined) throw new Error('there is no request')
      await forge.keepRequest({ ...page, labels: [label] })
    },
    comment: async (number, name, body) => {
      await (await at(name)).addComment(number, body)
    },
    [Symbol.asyncDispose]: async () => rmSync(scratch, { recursive: true, force: true }),
  }
}

describe('a plain git repository is a forge', { timeout: 240_000 }, () => {
  forgeContract(gitStage)
})

/** The code of what is thrown. */
async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  const failed: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  return failed instanceof RepositoryError ? failed.code : undefined
}

async function proposed(stage: GitStage, branch = 'more-light'): Promise<number> {
  await stage.push('ada', branch, 'first.yaml')
  return stage.propose('ada', branch)
}

describe('writers of one repository', { timeout: 240_000 }, () => {
  it('lose nothing though none waits for the other', async () => {
    await using stage = await gitStage()
    const number = await proposed(stage)
    // By another address of the same remote they know nothing of each other, as on two machines.
    stage.clone('chen').git('remote', 'set-url', 'origin', `file://${stage.remote.dir}`)
    const [ben, chen] = [await stage.at('ben'), await stage.at('chen')]
    const many = async (forge: Forge, name: string) => {
      for (let i = 1; i <= 8; i += 1) await forge.addComment(number, `${name} ${i}`)
    }
    await Promise.all([many(ben, 'ben'), many(chen, 'chen')])
    const comments = await stage.forge.comments(number)
    const of = (name: string) => comments.filter((c) => c.account.login === name).map((c) => c.body)
    expect(of('ben')).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((i) => `ben ${i}`))
    expect(of('chen')).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((i) => `chen ${i}`))
    expect(new Set(comments.map((c) => c.id)).size).toBe(16)
    expect(stage.remote.git('fsck', '--full', '--strict', '--no-dangling')).toBe('')
  })

  it('write once where the connection ends before the remote says what it did', async () => {
    await using stage = await gitStage()
    const number = await proposed(stage)
    const hook = '#!/bin/sh\ntest -e broke-off || { touch broke-off; kill -9 $PPID; }\n'
    stage.remote.write('hooks/post-receive', hook)
    chmodSync(join(stage.remote.dir, 'hooks/post-receive'), 0o755)
    await stage.forge.addComment(number, 'Hello')
    expect(existsSync(join(stage.remote.dir, 'broke-off'))).toBe(true)
    expect((await stage.forge.comments(number)).map((comment) => comment.body)).toEqual(['Hello'])
  })

  it('are told where the remote does not take it', async () => {
    await using stage = await gitStage()
    const number = await proposed(stage)
    stage.remote.write('hooks/update', '#!/bin/sh\ntest "$1" != refs/plumbline/forge || { echo not you; exit 1; }\n')
    chmodSync(join(stage.remote.dir, 'hooks/update'), 0o755)
    expect(await codeOf(stage.forge.addComment(number, 'Hello'))).toBe('push-refused')
    expect(await stage.forge.comments(number)).toEqual([])
  })

  it('write nothing that could not be read again', async () => {
    await using stage = await gitStage()
    const number = await proposed(stage)
    const before = stage.remote.git('rev-parse', forgeRef)
    const wanted = { branch: 'more-light', target: 'main', body: '', labels: [] }
    expect(await codeOf(stage.forge.keepRequest({ ...wanted, title: 'Two\nlines' }))).toBe('forge-unfit')
    expect(await codeOf(stage.forge.addComment(number, 'a'.repeat(70_001)))).toBe('forge-unfit')
    expect(stage.remote.git('rev-parse', forgeRef)).toBe(before)
  })
})

describe('what a plain repository keeps', { timeout: 240_000 }, () => {
  const request = {
    ...{ number: 7, title: 'More light', body: '', labels: [], author: { login: 'ada' }, comments: [], reviews: [] },
    ...{ openedAt: '2027-03-02T10:00:00Z', state: 'open', branch: 'more-light', target: 'main' },
    ...{ head: 'a'.repeat(40), base: 'b'.repeat(40) },
  }
  it.each<readonly [string, Readonly<Record<string, string | null>>]>([
    ['is no JSON', { 'requests/7.json': '{' }],
    ['is another text', { 'requests/7.json': 'number: 7' }],
    ['says more than is known', { 'requests/7.json': JSON.stringify({ ...request, approvedBy: 'eve' }) }],
    ['hides a field', { 'requests/7.json': `{"__proto__": {}, ${JSON.stringify(request).slice(1)}` }],
    ['has a number of its own', { 'requests/8.json': JSON.stringify(request) }],
    ['names a branch that is an option', { 'requests/7.json': JSON.stringify({ ...request, branch: '--force' }) }],
    ['names a commit that is none', { 'requests/7.json': JSON.stringify({ ...request, head: 'main' }) }],
    ['gives somebody a right that there is not', { 'access.json': '{"eve": "owner"}' }],
    ['gives a right to what is no login', { 'access.json': '{"__proto__": "admin"}' }],
    [
      'is larger than any of its kind',
      { 'requests/7.json': JSON.stringify({ ...request, body: 'a'.repeat(4_000_000) }) },
    ],
    ['lies where nothing is expected', { 'requests/run.sh': 'echo' }],
  ])('is not believed, nor written over, where it %s', async (_, files) => {
    await using stage = await gitStage()
    await stage.push('ada', 'more-light', 'first.yaml')
    stage.byHand(files)
    const before = stage.remote.git('rev-parse', forgeRef)
    expect(await codeOf(stage.forge.openRequests())).toBe('forge-unreadable')
    expect(await codeOf(stage.propose('ada', 'more-light'))).toBe('forge-unreadable')
    expect(stage.remote.git('rev-parse', forgeRef)).toBe(before)
  })

  it('is not believed where the same bytes are sound in another place only', async () => {
    await using stage = await gitStage()
    expect(await stage.forge.permission({ login: 'ada', bot: false })).toBe('write')
    stage.byHand({ 'issues/3.json': JSON.stringify(people) })
    expect(await codeOf(stage.forge.permission({ login: 'ada', bot: false }))).toBe('forge-unreadable')
  })

  it('is not believed where the ref leads to what is no commit', async () => {
    await using stage = await gitStage()
    stage.remote.git('update-ref', forgeRef, stage.remote.git('rev-parse', 'main:plumbline.yaml'))
    expect(await codeOf(stage.forge.openRequests())).toBe('forge-unreadable')
  })

  it('is nothing where nobody wrote there, and can not be asked for where the remote is gone', async () => {
    await using stage = await gitStage()
    stage.remote.git('update-ref', '-d', forgeRef)
    expect(await stage.forge.openRequests()).toEqual([])
    const number = await proposed(stage)
    expect(number).toBe(1)
    rmSync(stage.remote.dir, { recursive: true })
    expect(await codeOf(stage.forge.openRequests())).toBe('remote-unreachable')
    expect(await codeOf(stage.forge.addComment(number, 'Hello'))).toBe('remote-unreachable')
  })

  it('takes a branch that its target moved on to as merged, and keeps that when the branch is gone', async () => {
    await using stage = await gitStage()
    const number = await proposed(stage)
    const head = stage.remote.git('rev-parse', 'more-light')
    stage.remote.git('update-ref', 'refs/heads/main', head)
    const merged = { state: 'merged', head, merged: head, mergedBy: { login: 'ada' } }
    expect(await stage.forge.request(number)).toMatchObject(merged)
    await stage.forge.addComment(number, 'It is there.')
    stage.remote.git('update-ref', '-d', 'refs/heads/more-light')
    expect(await stage.forge.request(number)).toMatchObject(merged)
    expect(await stage.forge.requests(head)).toMatchObject([{ number, ...merged }])
  })

  it('finds the merge among others that came before and after it', async () => {
    await using stage = await gitStage()
    const number = await proposed(stage)
    await stage.push('ben', 'less-noise', 'second.yaml')
    const other = await stage.propose('ben', 'less-noise')
    await stage.push('ben', 'main', 'between.yaml')
    const merged = await stage.merge(number, 'ben')
    const later = await stage.merge(other, 'ben')
    expect(await stage.forge.requests(merged)).toMatchObject([{ number, merged, mergedBy: { login: 'ben' } }])
    expect(await stage.forge.requests(later)).toMatchObject([{ number: other, merged: later }])
  })

  it('takes a branch that is gone without a merge as closed', async () => {
    await using stage = await gitStage()
    const number = await proposed(stage)
    stage.remote.git('update-ref', '-d', 'refs/heads/more-light')
    expect((await stage.forge.request(number))?.state).toBe('closed')
    expect(await stage.forge.openRequests()).toEqual([])
  })

  it("lets go of checks of commits that are nobody's newest one, once there are many", async () => {
    await using stage = await gitStage()
    const number = await proposed(stage)
    const check = { name: 'plumbline/plan', key: `sha256:${'1'.repeat(64)}`, conclusion: 'success' } as const
    const kept = { ...check, title: 'Sound', summary: '', annotations: [] }
    const ids = Array.from({ length: 1000 }, (_, i) => String(i).padStart(40, '0'))
    stage.byHand(Object.fromEntries(ids.map((id) => [`checks/${id}.json`, JSON.stringify([kept])])))
    const head = stage.remote.git('rev-parse', 'more-light')
    await stage.forge.keepCheck({ ...kept, commit: head })
    expect(stage.remote.git('ls-tree', '--name-only', `${forgeRef}:checks`)).toBe(`${head}.json`)
    expect((await stage.forge.request(number))?.plans).toMatchObject([{ conclusion: 'success' }])
  })

  it('opens nothing of a branch that is not there or brings nothing', async () => {
    await using stage = await gitStage()
    expect(await codeOf(stage.propose('ada', 'not-there'))).toBe('forge-unknown')
    stage.remote.git('update-ref', 'refs/heads/empty', stage.remote.git('rev-parse', 'main'))
    expect(await codeOf(stage.propose('ada', 'empty'))).toBe('forge-unknown')
    expect(await codeOf(stage.forge.addComment(99, 'Hello'))).toBe('forge-unknown')
  })
})

describe('the name of a plain repository', () => {
  it.each([
    ['git@github.com:lantern/estate.git', 'github.com.invalid', 'lantern/estate'],
    ['https://ada:secret@gitlab.com/lantern/it/estate', 'gitlab.com.invalid', 'it/estate'],
    ['ssh://git@git.lantern.example:2222/estate.git', 'git.lantern.example.invalid', 'git/estate'],
    ['/srv/git/estate.git', 'localhost.invalid', 'git/estate'],
    ['file:///srv/git/..', 'localhost.invalid', 'srv/git'],
  ])('of %s is never that of a forge', (address, host, repository) => {
    const place = placeOf(address)
    expect(place).toMatchObject({ host, repository })
    expect(place.url).not.toContain('secret')
  })

  it('makes logins of addresses that can be listed of people', () => {
    const logins = ['Ada@lantern.example', '4711+ben@users.noreply.github.com', '"><b>@x', '@', ''].map(
      (email) => accountOf(email).login,
    )
    expect(logins).toEqual(['ada', '4711-ben', 'b-', 'unknown', 'unknown'])
  })
})
