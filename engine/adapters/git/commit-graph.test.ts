import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { maybeTouched } from './commit-graph.ts'
import { openGitLedger } from './git-ledger.ts'
import { entry, fresh, removeScratch } from './test-ledger.ts'
import { type TestRepository, testRepository } from './test-repository.ts'

afterAll(removeScratch)

const paths = Array.from(
  { length: 40 },
  (_, i) => `changes/2026-00/0${i % 4}/CHG-2026-000${String(i).padStart(2, '0')}.yaml`,
)

async function write(r: TestRepository, from: number, count: number): Promise<void> {
  const ledger = await openGitLedger(r.dir)
  const entries = Array.from({ length: count }, (_, i) => {
    const path = paths[((from + i) * 7) % paths.length] ?? ''
    return entry(`CHG-${from + i}`, { [path]: `n: ${from + i}\n`, 'branch.yaml': `n: ${(from + i) >> 2}\n` })
  })
  await ledger.append(async () => ({ entries, result: undefined }))
  ledger.close()
}

async function expectAsGit(r: TestRepository): Promise<void> {
  const ledger = await openGitLedger(r.dir, { offline: true })
  for (const path of [...paths, 'branch.yaml', 'changes/2026-00/01', 'none.yaml']) {
    const ids = (await ledger.history(path)).map(({ id }) => id)
    expect(ids.join('\n')).toBe(r.git('rev-list', '--reverse', 'ledger', '--', path))
  }
  ledger.close()
}

describe.each(['sha1', 'sha256'])('%s: the history of a file is git’s', (format) => {
  it('however many layers the graph has', async () => {
    const r = testRepository(fresh('graph'), `--object-format=${format}`)
    for (const [from, count] of [
      [0, 150],
      [150, 1],
      [151, 40],
    ] as const) {
      await write(r, from, count)
      await expectAsGit(r)
    }
    const objects = join(r.dir, '.git/objects')
    const tip = r.git('rev-parse', 'ledger')
    const candidates = await Promise.all(paths.map((path) => maybeTouched(objects, tip, path)))
    // Each commit touched one of them; few others are named.
    expect(candidates.flat().length).toBeGreaterThanOrEqual(191)
    expect(candidates.flat().length).toBeLessThan((paths.length * 191) / 8)
  })
})

it('is git’s where the graph lacks the paths, is damaged, or history forks', async () => {
  const r = testRepository(fresh('graph'))
  await write(r, 0, 50)
  r.git('commit-graph', 'write', '--reachable', '--no-changed-paths', '--split')
  await expectAsGit(r)
  const chain = join(r.dir, '.git/objects/info/commit-graphs/commit-graph-chain')
  writeFileSync(chain, 'nothing\n')
  await expectAsGit(r)
  execFileSync('rm', ['-r', join(r.dir, '.git/objects/info/commit-graphs')])
  const side = r.git('commit-tree', '-p', 'ledger~5', '-m', 'aside', 'ledger~5^{tree}')
  const joined = r.git('commit-tree', '-p', 'ledger', '-p', side, '-m', 'joined', 'ledger^{tree}')
  r.git('update-ref', 'refs/heads/ledger', joined)
  await expectAsGit(r)
  const objects = join(r.dir, '.git/objects')
  expect(await maybeTouched(objects, joined, paths[0] ?? '')).toBeUndefined()
})
