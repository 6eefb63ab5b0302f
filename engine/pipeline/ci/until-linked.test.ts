import { expect, it } from 'vitest'
import type { PullRequest } from '../../model/pull-request.ts'
import type { Commit } from '../../ports/repository.ts'
import type { World } from '../world.ts'
import { untilLinked } from './until-linked.ts'

/** A forge that knows the pull request of a commit from the so-manieth question on, and what was waited for. */
async function asked(from: number, over: { readonly parents?: readonly string[]; readonly committer?: string } = {}) {
  const { parents = ['a'], committer = 'noreply@github.com' } = over
  const waited: number[] = []
  let questions = 0
  const world = {
    ledger: async () => ({ view: async () => ({ tip: undefined, file: async () => undefined, list: async () => [] }) }),
    repository: async () => ({
      commit: async (): Promise<Partial<Commit>> => ({ parents, committer: { name: 'x', email: committer, at: '' } }),
    }),
    wait: async (milliseconds: number) => void waited.push(milliseconds),
    stopping: () => false,
  } as unknown as World
  await untilLinked(
    world,
    {
      place: { host: 'github.com', repository: 'lantern/estate', url: '' },
      requests: async () => (++questions >= from ? [{} as PullRequest] : []),
    },
    'b',
  )
  return { questions, waited }
}

it('waits for a squash to be linked to its pull request, and no longer', async () => {
  expect(await asked(1)).toEqual({ questions: 1, waited: [] })
  expect(await asked(3)).toEqual({ questions: 3, waited: [1000, 2000] })
})

it('goes on after half a minute', async () => {
  const { waited } = await asked(100)
  expect(waited.reduce((sum, ms) => sum + ms, 0)).toBe(30_000)
})

it('asks nothing of commits that the forge did not make, or that name their head', async () => {
  expect(await asked(100, { committer: 'ana@example.org' })).toEqual({ questions: 0, waited: [] })
  expect(await asked(100, { parents: ['a', 'c'] })).toEqual({ questions: 0, waited: [] })
})
