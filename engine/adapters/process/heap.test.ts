import { execFileSync } from 'node:child_process'
import { getHeapSpaceStatistics } from 'node:v8'
import { expect, it } from 'vitest'
import { keepHeapSmall } from './heap.ts'

/** Megabytes held for young objects after many of them, some of which live on, in a process of its own. */
function youngAfter(before: string): number {
  const young = `(${getHeapSpaceStatistics.name}().find((s) => s.space_name === 'new_space').space_size / 2 ** 20)`
  const work =
    'const kept = []; for (let i = 0; i < 2e6; i++) { const o = { i, list: [i] }; if (i % 20 === 0) kept.push(o) }'
  const script = `import { ${getHeapSpaceStatistics.name} } from 'node:v8'; ${before}; ${work}; console.log(${young})`
  const said = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script])
  return Number(said.toString())
}

it('does not let what is gone at once take ever more memory', () => {
  const keep = `const { ${keepHeapSmall.name} } = await import('./engine/adapters/process/heap.ts'); ${keepHeapSmall.name}()`
  expect(youngAfter(keep)).toBeLessThan(youngAfter('void 0'))
})
