import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { generateKeyPair } from '../signing/key-pair.ts'
import { memorySigner } from '../signing/signer.ts'
import { verifySshSignature } from '../signing/ssh-signature.ts'
import { openRepository } from './git-repository.ts'
import { checkRef } from './ref-name.ts'
import { checkRemoteUrl } from './remote.ts'
import { openTestRepository, scratchFolder, type TestRepository, testRepository } from './test-repository.ts'

const hasKeygen = spawnSync('ssh-keygen', ['-?']).error === undefined
const author = { name: 'N. Ito', email: 'n.ito@example.org', at: '2026-10-02T12:00:00+02:00' }

let scratch: string
let count = 0
const fresh = (...init: string[]): TestRepository => testRepository(join(scratch, `r${++count}`), ...init)
beforeAll(() => {
  scratch = scratchFolder()
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe.each(['sha1', 'sha256'])('reading objects of a %s repository', (format) => {
  it('finds commits, trees, blobs, changes and ancestors', async () => {
    const r = fresh(`--object-format=${format}`)
    const first = r.commit('first', { 'a.yaml': 'a: 1\n', 'dir/b c.yaml': 'b\n', 'dir/é.yaml': 'e\n' })
    r.git('tag', '-a', 'v1', '-m', 'one')
    r.git('switch', '-q', '-c', 'feature')
    const second = r.commit('second\n\nbody', { 'a.yaml': 'a: 2\n', 'new.yaml': 'n\n' })
    const repository = await openRepository(join(r.dir, 'dir'))
    expect(repository.root).toBe(r.dir)
    expect(repository.commonDir).toBe(join(r.dir, '.git'))
    for (const name of ['v1', 'main', 'refs/heads/main', 'HEAD~1', 'feature^', first.slice(0, 12), first])
      expect(await repository.resolve(name), name).toBe(first)
    expect(await repository.resolve('nowhere')).toBeUndefined()
    expect(await repository.resolve('HEAD~9')).toBeUndefined()

    const commit = await repository.commit(second)
    expect(commit).toMatchObject({ parents: [first], message: 'second\n\nbody\n', author: { name: 'Test' } })
    expect(commit.signature).toBeUndefined()
    const entries = await repository.tree(second)
    expect(entries.map((e) => e.path)).toEqual(['a.yaml', 'dir/b c.yaml', 'dir/é.yaml', 'new.yaml'])
    expect(entries[0]).toMatchObject({ mode: '100644', size: 5 })
    const blobs = await repository.blobs(entries.map((e) => e.id))
    expect(Buffer.from(blobs.get(entries[0]?.id ?? '') ?? '').toString()).toBe('a: 2\n')

    const changes = await repository.changes(first, second)
    expect(changes.map((c) => [c.path, c.before !== undefined, c.after !== undefined])).toEqual([
      ['a.yaml', true, true],
      ['new.yaml', false, true],
    ])
    expect(await repository.mergeBase(first, second)).toBe(first)
    expect(await repository.isAncestor(first, second)).toBe(true)
    expect(await repository.isAncestor(second, first)).toBe(false)
    expect((await repository.commitsBetween(first, second)).map((c) => c.id)).toEqual([second])
    expect(await repository.currentBranch()).toBe('feature')
    expect(await repository.hasRemote()).toBe(false)
    repository.close()
  })

  it('finds the files that somebody changed, whatever they are called', async () => {
    const r = fresh(`--object-format=${format}`)
    const first = r.commit('first', { 'a.yaml': 'a: 1\n' })
    r.write('dir/b c.yaml', 'b\n')
    r.write('dir/é.yaml', 'e\n')
    r.git('add', '.')
    r.git('-c', 'user.email=Ada@example.org', 'commit', '-qm', 'second')
    const second = r.git('rev-parse', 'HEAD').trim()
    const repository = await openRepository(r.dir)
    expect(await repository.filesChangedBy(second, ['ada@example.org'], 10)).toEqual([
      { email: 'Ada@example.org', path: 'dir/b c.yaml' },
      { email: 'Ada@example.org', path: 'dir/é.yaml' },
    ])
    expect(await repository.filesChangedBy(first, ['ada@example.org'], 10)).toEqual([])
    expect(await repository.filesChangedBy(second, ['a.a@example.org', 'da@example.org'], 10)).toEqual([])
    expect(await repository.filesChangedBy(second, [], 10)).toEqual([])
    repository.close()
  })

  it('writes signed commits that git itself accepts', async () => {
    const r = fresh(`--object-format=${format}`)
    const first = r.commit('first', { 'a.yaml': 'a: 1\n' })
    const repository = await openRepository(r.dir)
    const signer = memorySigner(generateKeyPair())
    const { tree } = await repository.commit(first)
    const message = 'Signed by us: é\n\nRecord: CHG-2026-00001'
    const id = await repository.writeCommit({ tree, parents: [first], author, message, signer })
    const commit = await repository.commit(id)
    expect(commit).toMatchObject({ author, committer: author, message: `${message}\n` })
    const check = verifySshSignature(commit.signature ?? '', commit.signedPayload, 'git')
    expect(check).toEqual({ ok: true, publicKey: signer.publicKey })
    expect(r.git('fsck', '--strict', '--no-dangling')).toBe('')
    if (hasKeygen) {
      writeFileSync(join(r.dir, 'signers'), `n.ito@example.org ${signer.publicKey}\n`)
      expect(r.succeeds('-c', 'gpg.ssh.allowedSignersFile=signers', 'verify-commit', id)).toBe(true)
      writeFileSync(join(r.dir, 'signers'), `n.ito@example.org ${generateKeyPair().publicKey}\n`)
      expect(r.succeeds('-c', 'gpg.ssh.allowedSignersFile=signers', 'verify-commit', id)).toBe(false)
    }
    const unsigned = await repository.writeCommit({ tree, parents: [], author, message: 'unsigned' })
    expect((await repository.commit(unsigned)).signature).toBeUndefined()
    repository.close()
  })
})

it.skipIf(!hasKeygen)('checks a commit that git signed', async () => {
  const r = fresh()
  const pair = generateKeyPair()
  writeFileSync(join(scratch, 'git-signs'), pair.privateKey, { mode: 0o600 })
  r.git(
    '-c',
    'gpg.format=ssh',
    '-c',
    `user.signingKey=${join(scratch, 'git-signs')}`,
    'commit',
    '-q',
    '-S',
    '--allow-empty',
    '-m',
    'x',
  )
  const repository = await openRepository(r.dir)
  const commit = await repository.commit((await repository.resolve('HEAD')) ?? '')
  expect(verifySshSignature(commit.signature ?? '', commit.signedPayload, 'git')).toEqual({
    ok: true,
    publicKey: pair.publicKey,
  })
  repository.close()
})

describe('merging without a work tree', () => {
  it('gives the tree that git merge makes, or the paths in conflict', async () => {
    const r = fresh()
    r.commit('base', { 'a.yaml': '1\n', 'b.yaml': '1\n' })
    r.git('switch', '-q', '-c', 'left')
    const left = r.commit('left', { 'a.yaml': '2\n' })
    r.git('switch', '-q', '-c', 'right', 'main')
    const right = r.commit('right', { 'b.yaml': '2\n' })
    r.git('switch', '-q', '-c', 'clash', 'main')
    const clash = r.commit('clash', { 'a.yaml': '3\n' })
    const repository = await openRepository(r.dir)
    const merged = await repository.mergeTree(left, right)
    const clashing = await repository.mergeTree(left, clash)
    expect(clashing).toEqual({ conflicts: ['a.yaml'] })
    r.git('switch', '-q', 'left')
    r.git('merge', '-q', '-m', 'merge', 'right')
    expect(merged).toEqual({ tree: r.git('rev-parse', 'HEAD^{tree}') })
    const merge = r.git('rev-parse', 'HEAD')
    expect(await repository.firstParents(merge, await repository.resolve('main'))).toEqual([merge, left])
    const alone = await repository.writeCommit({
      tree: 'tree' in merged ? merged.tree : '',
      parents: [],
      author,
      message: 'x',
    })
    await expect(repository.mergeTree(alone, right)).rejects.toMatchObject({ code: 'histories-unrelated' })
    expect(await repository.mergeBase(alone, right)).toBeUndefined()
    repository.close()
  })
})

describe('names', () => {
  const hostile = [
    '--upload-pack=x',
    '-x',
    '',
    'a..b',
    'main@{1}',
    '@{-1}',
    'HEAD:file',
    ':/text',
    'main^{/x}',
    '^main',
    'a b',
    'a\nb',
    'a\0b',
  ]
  it.each([
    ...hostile,
    'x'.repeat(300),
    'a/../b',
    '/abs',
    'a.lock',
    'a*',
    'a[b',
    'a\\b',
    'a\u202eb',
  ])('%j is refused', (name) => {
    expect(() => checkRef(name)).toThrow(
      expect.objectContaining({ code: 'invalid-ref', hint: expect.stringContaining('HEAD~2') }),
    )
  })
  it.each([
    'HEAD',
    'HEAD~2',
    'HEAD^',
    'v1.2',
    'feature/x-1',
    'origin/main',
    'refs/heads/main',
    '#12',
    'é',
    '@',
  ])('%j is let through', (name) => {
    expect(checkRef(name)).toBe(name)
  })
  it('are refused where ids are expected, too', async () => {
    const r = fresh()
    r.commit('x')
    const repository = await openRepository(r.dir)
    await expect(repository.commit('--all')).rejects.toMatchObject({ code: 'invalid-ref' })
    await expect(repository.firstParents('--all')).rejects.toMatchObject({ code: 'invalid-ref' })
    await expect(repository.tree('--help')).rejects.toMatchObject({ code: 'invalid-ref' })
    await expect(repository.moveBranch('-f', null, '0'.repeat(40))).rejects.toMatchObject({ code: 'invalid-ref' })
    repository.close()
  })
})

describe('addresses of remotes', () => {
  it.each([
    'ext::sh -c touch% /tmp/x',
    'fd::17',
    'http://example.org/x',
    'http://127.0.0.1@example.org/x',
    'http://127.0.0.1.example.org/x',
    'http://127.0.0.1:80@example.org/x',
    'http://localhost\\@example.org/x',
    'http://localhost?@example.org/x',
    'http://example.org/@localhost/x',
    'git://example.org/x',
    'ftp://a/b',
    '-oProxyCommand=x',
    'ssh://-oProxyCommand=x/y',
    'a\nb',
    '',
  ])('%j is refused', (url) => {
    expect(() => checkRemoteUrl(url)).toThrow(expect.objectContaining({ code: 'protocol-forbidden' }))
  })
  it.each([
    'git@github.com:a/b.git',
    'ssh://git@host:22/x',
    'https://u@host/x',
    'http://127.0.0.1:8080/a/b.git',
    'http://x-access-token:secret@localhost:8080/a/b.git',
    'http://[::1]/a/b.git',
    'file:///srv/x',
    '/srv/x',
    '../x',
  ])('%j is let through', (url) => {
    expect(checkRemoteUrl(url)).toBe(url)
  })
  it('run nothing, whatever the configuration says', async () => {
    const r = fresh()
    const first = r.commit('x')
    const proof = join(scratch, 'was-run')
    r.git('remote', 'add', 'origin', `ext::touch% ${proof}`)
    r.git('config', 'protocol.ext.allow', 'always')
    const repository = await openRepository(r.dir)
    await expect(repository.fetch()).rejects.toMatchObject({ code: 'protocol-forbidden' })
    await expect(repository.moveBranch('main', first, first)).rejects.toMatchObject({ code: 'protocol-forbidden' })
    r.git('remote', 'set-url', 'origin', '/nowhere')
    r.git('config', 'remote.origin.vcs', 'ext')
    await expect(repository.fetch()).rejects.toMatchObject({ code: 'protocol-forbidden' })
    expect(existsSync(proof)).toBe(false)
    repository.close()
  })
})

describe('repositories that can not be used say why, and what to do', () => {
  it('not a repository, no commits, detached, shallow', async () => {
    await expect(openRepository(scratch)).rejects.toMatchObject({ code: 'repository-missing', hint: /plumbline init/ })
    await expect(openRepository(join(scratch, 'no-such'))).rejects.toMatchObject({ code: 'repository-missing' })
    const r = fresh()
    const empty = await openRepository(r.dir)
    await expect(empty.resolve('HEAD')).rejects.toMatchObject({ code: 'repository-empty', hint: /git commit/ })
    expect(await empty.currentBranch()).toBe('main')
    empty.close()
    r.commit('one')
    r.commit('two')
    r.git('switch', '-q', '--detach')
    const detached = await openRepository(r.dir)
    expect(await detached.currentBranch()).toBeUndefined()
    await expect(openRepository(r.dir, { needsBranch: true })).rejects.toMatchObject({ code: 'repository-detached' })
    detached.close()
    const shallow = join(scratch, 'shallow')
    openTestRepository(scratch).git('clone', '-q', '--depth=1', `file://${r.dir}`, shallow)
    await expect(openRepository(shallow)).rejects.toMatchObject({ code: 'repository-shallow', hint: /--unshallow/ })
    ;(await openRepository(shallow, { allowShallow: true })).close()
  })

  it('damaged or missing objects', async () => {
    const r = fresh()
    const first = r.commit('one', { 'a.yaml': 'a\n', 'b.yaml': 'b\n' })
    const object = (rev: string) => {
      const id = r.git('rev-parse', rev)
      return join(r.dir, '.git/objects', id.slice(0, 2), id.slice(2))
    }
    const [a, b] = ['HEAD:a.yaml', 'HEAD:b.yaml'].map((rev) => ({ path: object(rev), id: r.git('rev-parse', rev) }))
    unlinkSync(a?.path ?? '')
    chmodSync(b?.path ?? '', 0o644)
    writeFileSync(b?.path ?? '', 'not zlib')
    const repository = await openRepository(r.dir)
    await expect(repository.blobs([a?.id ?? ''])).rejects.toMatchObject({
      code: 'repository-corrupt',
      hint: /git fsck/,
    })
    await expect(repository.blobs([b?.id ?? ''])).rejects.toMatchObject({ code: 'repository-corrupt' })
    // The reader starts anew after git gave up.
    expect((await repository.commit(first)).id).toBe(first)
    unlinkSync(object('HEAD^{tree}'))
    await expect(repository.tree(first)).rejects.toMatchObject({ code: 'repository-corrupt' })
    unlinkSync(object('HEAD'))
    await expect(repository.resolve('main')).rejects.toMatchObject({ code: 'repository-corrupt' })
    repository.close()
  })
})

describe('nothing of the repository runs', () => {
  it('no hook, no monitor, no replacement', async () => {
    const r = fresh()
    const first = r.commit('one', { 'a.yaml': 'a\n' })
    const second = r.commit('two', { 'a.yaml': 'b\n' })
    const proof = join(scratch, 'hook-was-run')
    for (const hook of ['reference-transaction', 'post-merge', 'pre-push', 'post-checkout']) {
      writeFileSync(join(r.dir, '.git/hooks', hook), `#!/bin/sh\ntouch ${proof}\n`, { mode: 0o755 })
    }
    r.git('-c', 'core.hooksPath=/dev/null', 'replace', second, first)
    r.git('-c', 'core.hooksPath=/dev/null', 'switch', '-q', '-c', 'other', first)
    const repository = await openRepository(r.dir)
    expect((await repository.commit(second)).message).toBe('two\n')
    expect(await repository.moveBranch('other', first, second)).toBe(true)
    expect(existsSync(proof)).toBe(false)
    repository.close()
  })
})

describe('links and submodules', () => {
  it('are listed as what they are', async () => {
    const r = fresh()
    symlinkSync('/etc/passwd', join(r.dir, 'link'))
    const first = r.commit('one')
    r.git('update-index', '--add', '--cacheinfo', `160000,${first},module`)
    r.git('commit', '-q', '-m', 'two')
    const repository = await openRepository(r.dir)
    const entries = await repository.tree((await repository.resolve('HEAD')) ?? '')
    expect(entries.map((e) => [e.path, e.mode])).toEqual([
      ['link', '120000'],
      ['module', '160000'],
    ])
    repository.close()
  })
})

describe('moving a branch', () => {
  const next = async (r: TestRepository, content: string) => {
    const repository = await openRepository(r.dir)
    r.git('switch', '-q', '-c', `work${++count}`, 'main')
    const to = r.commit('next', { 'a.yaml': content })
    r.git('switch', '-q', 'main')
    return { repository, from: r.git('rev-parse', 'main'), to }
  }

  it('without a remote: by compare-and-swap, and the work tree follows', async () => {
    const r = fresh()
    r.commit('one', { 'a.yaml': 'one\n', 'mine.yaml': 'm\n' })
    const { repository, from, to } = await next(r, 'two\n')
    r.write('mine.yaml', 'being edited\n')
    expect(await repository.moveBranch('main', to, from)).toBe(false)
    expect(await repository.moveBranch('main', from, to)).toBe(true)
    expect(r.git('status', '--porcelain')).toBe(' M mine.yaml')
    expect(readFileSync(join(r.dir, 'a.yaml'), 'utf8')).toBe('two\n')
    expect(await repository.moveBranch('fresh', null, to)).toBe(true)
    expect(await repository.moveBranch('fresh', null, to)).toBe(false)
    repository.close()
  })

  it('without a remote: an edit that would be lost stops it', async () => {
    const r = fresh()
    r.commit('one', { 'a.yaml': 'one\n' })
    const { repository, from, to } = await next(r, 'two\n')
    r.write('a.yaml', 'being edited\n')
    await expect(repository.moveBranch('main', from, to)).rejects.toMatchObject({
      code: 'work-tree-dirty',
      hint: /stash/,
    })
    expect(r.git('rev-parse', 'main')).toBe(from)
    expect(readFileSync(join(r.dir, 'a.yaml'), 'utf8')).toBe('being edited\n')
    repository.close()
  })

  it('with a remote: there first, then here; the remote decides what main is', async () => {
    const hub = fresh('--bare')
    const r = fresh()
    r.commit('one', { 'a.yaml': 'one\n' })
    r.git('remote', 'add', 'origin', hub.dir)
    r.git('push', '-q', 'origin', 'main')
    const { repository, from, to } = await next(r, 'two\n')
    expect(await repository.moveBranch('main', from, to)).toBe(true)
    expect(hub.git('rev-parse', 'main')).toBe(to)
    expect(r.git('rev-parse', 'main')).toBe(to)
    expect(r.git('status', '--porcelain')).toBe('')
    // Somebody else pushes; what is checked out here is only a copy.
    const other = join(scratch, `other${++count}`)
    openTestRepository(scratch).git('clone', '-q', hub.dir, other)
    const theirs = openTestRepository(other).commit('theirs', { 'b.yaml': 'b\n' })
    openTestRepository(other).git('push', '-q', 'origin', 'main')
    await repository.fetch()
    expect(await repository.resolve('main')).toBe(theirs)
    expect(await repository.resolve('main~1')).toBe(to)
    expect(await repository.resolve('HEAD')).toBe(to)
    const mine = r.commit('mine', { 'c.yaml': 'c\n' })
    expect(await repository.moveBranch('main', to, mine)).toBe(false)
    expect(hub.git('rev-parse', 'main')).toBe(theirs)
    repository.close()
  })

  it('with a remote: brings a ref that is no branch, as often as it moves, and nothing where there is none', async () => {
    const hub = fresh('--bare')
    const r = fresh()
    const first = r.commit('one', { 'a.yaml': 'one\n' })
    r.git('remote', 'add', 'origin', hub.dir)
    r.git('push', '-q', 'origin', 'main')
    const reader = join(scratch, `other${++count}`)
    openTestRepository(scratch).git('clone', '-q', hub.dir, reader)
    const second = r.commit('two', { 'a.yaml': 'two\n' })
    r.git('push', '-q', 'origin', `${second}:refs/pull/7/head`)
    const repository = await openRepository(reader)
    expect(await repository.resolve(second)).toBeUndefined()
    expect(await repository.bring('refs/pull/7/head')).toBe(second)
    r.git('push', '-q', '--force', 'origin', `${first}:refs/pull/7/head`)
    expect(await repository.bring('refs/pull/7/head')).toBe(first)
    expect(await repository.bring('refs/pull/8/head')).toBeUndefined()
    await expect(repository.bring('--upload-pack=x')).rejects.toMatchObject({ code: 'invalid-ref' })
    repository.close()
  })

  it('with a remote: a branch made here is there to go on with, and one that somebody pushed goes by its own name', async () => {
    const hub = fresh('--bare')
    const r = fresh()
    const first = r.commit('one', { 'a.yaml': 'one\n' })
    r.git('remote', 'add', 'origin', hub.dir)
    r.git('push', '-q', 'origin', 'main')
    const { repository, to } = await next(r, 'two\n')
    expect(await repository.moveBranch('rollback/chg-1', null, to)).toBe(true)
    expect([hub, r].map((each) => each.git('rev-parse', 'rollback/chg-1'))).toEqual([to, to])
    repository.close()

    const other = join(scratch, `other${++count}`)
    openTestRepository(scratch).git('clone', '-q', hub.dir, other)
    const reviewer = await openRepository(other)
    expect(await reviewer.resolve('rollback/chg-1')).toBe(to)
    expect(await reviewer.resolve('rollback/chg-1~1')).toBe(first)
    expect(await reviewer.resolve('refs/heads/rollback/chg-1')).toBeUndefined()
    expect(await reviewer.resolve('nowhere')).toBeUndefined()
    reviewer.close()
  })

  it('with a remote: a local branch that can not follow is left, and that is said', async () => {
    const hub = fresh('--bare')
    const r = fresh()
    r.commit('one', { 'a.yaml': 'one\n' })
    r.git('remote', 'add', 'origin', hub.dir)
    r.git('push', '-q', 'origin', 'main')
    const { repository: unused, from, to } = await next(r, 'two\n')
    unused.close()
    const told: Diagnostic[] = []
    const repository = await openRepository(r.dir, { report: (d) => told.push(d) })
    r.write('a.yaml', 'being edited\n')
    expect(await repository.moveBranch('main', from, to)).toBe(true)
    expect(hub.git('rev-parse', 'main')).toBe(to)
    expect(r.git('rev-parse', 'main')).toBe(from)
    expect(readFileSync(join(r.dir, 'a.yaml'), 'utf8')).toBe('being edited\n')
    expect(told).toMatchObject([{ code: 'work-tree-left', severity: 'warning' }])
    repository.close()
  })

  it('with a remote that can not be reached or refuses', async () => {
    const hub = fresh('--bare')
    const r = fresh()
    r.commit('one', { 'a.yaml': 'one\n' })
    r.git('remote', 'add', 'origin', hub.dir)
    r.git('push', '-q', 'origin', 'main')
    const { repository, from, to } = await next(r, 'two\n')
    writeFileSync(join(hub.dir, 'hooks/pre-receive'), '#!/bin/sh\necho no entry\nexit 1\n', { mode: 0o755 })
    await expect(repository.moveBranch('main', from, to)).rejects.toMatchObject({
      code: 'push-refused',
      message: /no entry|declined/,
    })
    r.git('remote', 'set-url', 'origin', join(scratch, 'gone'))
    await expect(repository.fetch()).rejects.toMatchObject({ code: 'remote-unreachable' })
    await expect(repository.moveBranch('main', from, to)).rejects.toMatchObject({ code: 'remote-unreachable' })
    expect(r.git('rev-parse', 'main')).toBe(from)
    repository.close()
  })

  it('from a bare repository and from a second work tree', async () => {
    const r = fresh()
    r.commit('one', { 'a.yaml': 'one\n' })
    const { repository: unused, from, to } = await next(r, 'two\n')
    unused.close()
    const tree = join(scratch, `tree${++count}`)
    r.git('worktree', 'add', '-q', tree, '-b', 'second')
    const second = await openRepository(tree)
    expect(second.root).toBe(tree)
    expect(second.commonDir).toBe(join(r.dir, '.git'))
    expect(await second.currentBranch()).toBe('second')
    expect(await second.moveBranch('main', from, to)).toBe(true)
    expect(r.git('status', '--porcelain')).toBe('')
    second.close()
    const bare = join(scratch, `bare${++count}`)
    openTestRepository(scratch).git('clone', '-q', '--bare', r.dir, bare)
    openTestRepository(bare).git('remote', 'remove', 'origin')
    const opened = await openRepository(bare)
    expect(opened.root).toBe(bare)
    expect(await opened.moveBranch('second', from, to)).toBe(true)
    opened.close()
  })
})

it('leaves no half-written file behind', async () => {
  const r = fresh()
  const first = r.commit('one')
  const repository = await openRepository(r.dir)
  const { tree } = await repository.commit(first)
  await Promise.all(
    Array.from({ length: 20 }, (_, i) => repository.writeCommit({ tree, parents: [first], author, message: `c${i}` })),
  )
  const files = readdirSync(join(r.dir, '.git/objects'), { recursive: true }).map(String)
  expect(files.filter((f) => f.includes('tmp_'))).toEqual([])
  expect(r.git('fsck', '--strict', '--no-dangling')).toBe('')
  repository.close()
})
