import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openRepository } from './git-repository.ts'
import { openTestRepository, scratchFolder, testRepository } from './test-repository.ts'

const scratch = scratchFolder()
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

it('lists branches of the clone and of the remote, and what only points at one of them not', async () => {
  const hub = testRepository(join(scratch, 'hub'))
  const first = hub.commit('one', { 'a.yaml': 'a\n' })
  hub.git('branch', 'theirs/one')
  openTestRepository(scratch).git('clone', '-q', hub.dir, join(scratch, 'clone'))
  const clone = openTestRepository(join(scratch, 'clone'))
  clone.git('switch', '-q', '-c', 'mine')
  const second = clone.commit('two', { 'a.yaml': 'b\n' })
  const repository = await openRepository(clone.dir)
  expect(await repository.branches()).toEqual([
    { ref: 'refs/heads/main', commit: first },
    { ref: 'refs/heads/mine', commit: second },
    { ref: 'refs/remotes/origin/main', commit: first },
    { ref: 'refs/remotes/origin/theirs/one', commit: first },
  ])
  repository.close()
})
