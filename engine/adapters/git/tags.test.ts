import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { generateKeyPair } from '../signing/key-pair.ts'
import { memorySigner } from '../signing/signer.ts'
import { verifySshSignature } from '../signing/ssh-signature.ts'
import { openRepository } from './git-repository.ts'
import { scratchFolder, testRepository } from './test-repository.ts'

let scratch: string
let count = 0
const fresh = (...init: string[]) => testRepository(join(scratch, `r${++count}`), ...init)
beforeAll(() => {
  scratch = scratchFolder()
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const signer = memorySigner(generateKeyPair())
const tag = (commit: string) => ({
  name: 'release/platform/1.0.0',
  commit,
  tagger: { name: 'Engine', email: 'engine@example.org', at: '2026-10-02T12:00:00Z' },
  message: 'platform 1.0.0\n\n-----BEGIN SSH SIGNATURE-----\nnot one',
  signer,
})

it.each(['sha1', 'sha256'])('is signed in a %s repository so that git itself says it holds', async (format) => {
  const r = fresh(`--object-format=${format}`)
  const first = r.commit('first', { 'a.yaml': 'a: 1\n' })
  const repository = await openRepository(r.dir)
  expect(await repository.writeTag(tag(first))).toBe('written')
  const allowed = join(scratch, `allowed-${format}`)
  writeFileSync(allowed, `engine namespaces="git" ${signer.publicKey}\n`)
  const git = ['-C', r.dir, '-c', 'gpg.format=ssh', '-c', `gpg.ssh.allowedSignersFile=${allowed}`]
  execFileSync('git', [...git, 'verify-tag', 'release/platform/1.0.0'], { stdio: 'pipe' })
  execFileSync('git', ['-C', r.dir, 'fsck', '--strict'], { stdio: 'pipe' })
  const [found] = await repository.tags('release')
  expect(found).toMatchObject({ name: 'release/platform/1.0.0', commit: first })
  const check = verifySshSignature(found?.signature ?? '', found?.signedPayload ?? new Uint8Array(), 'git')
  expect(check).toEqual({ ok: true, publicKey: signer.publicKey })
  expect(await repository.tags('other')).toEqual([])
})

it('never moves, neither here nor on a remote', async () => {
  const r = fresh()
  const first = r.commit('first', { 'a.yaml': 'a: 1\n' })
  const bare = join(scratch, 'remote.git')
  r.git('clone', '-q', '--bare', '.', bare)
  r.git('remote', 'add', 'origin', bare)
  const second = r.commit('second', { 'a.yaml': 'a: 2\n' })
  const repository = await openRepository(r.dir)
  expect(await repository.writeTag(tag(first))).toBe('written')
  expect(await repository.writeTag(tag(first))).toBe('there')
  expect(await repository.writeTag(tag(second))).toBe('other')
  r.git('tag', '-d', 'release/platform/1.0.0')
  const again = await openRepository(r.dir)
  expect(await again.writeTag(tag(second))).toBe('other')
  expect((await again.tags('release')).map((t) => t.commit)).toEqual([first])
  r.git('tag', '-d', 'release/platform/1.0.0')
  expect(await (await openRepository(r.dir)).writeTag({ ...tag(first), message: 'told otherwise' })).toBe('there')
})
