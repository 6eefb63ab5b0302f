import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

describe('the bundle', { timeout: 120_000 }, () => {
  let folder: string
  let dist: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plumbline-bundle-'))
    dist = join(folder, 'dist')
    // Parts that are not bundled are found beside the package.
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
    execFileSync(process.execPath, ['--import', 'tsx', 'scripts/build.ts', dist])
  }, 120_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** Chunks that `explain Host` loads, and whether V8 took what was compiled of them before. */
  const chunksOf = (flags: readonly string[]): { said: string; taken: readonly (boolean | undefined)[] } => {
    const program = `
      const { load, scripts } = require(${JSON.stringify(join(dist, 'launcher.js'))})
      process.on('exit', () => console.log(JSON.stringify([...scripts.values()].map((s) => s.cachedDataRejected))))
      load('plumbline.js')
    `
    const args = [...flags, '-e', program, '--', 'plumbline', '-C', folder, 'explain', 'Host.address']
    const lines = execFileSync(process.execPath, args, { encoding: 'utf8' }).trim().split('\n')
    const rejected = JSON.parse(lines.pop() ?? '') as (boolean | null)[]
    return { said: lines.join('\n'), taken: rejected.map((is) => (is === null ? undefined : !is)) }
  }

  it('starts with what V8 compiled when it was built', () => {
    const { said, taken } = chunksOf([])
    expect(said).toContain('Host.address')
    expect(taken.filter((is) => is === true).length).toBeGreaterThan(5)
    expect(taken).not.toContain(false)
  })

  it('says the same where V8 is another and compiles by itself', () => {
    const { said, taken } = chunksOf(['--no-opt'])
    expect(said).toBe(chunksOf([]).said)
    expect(taken).not.toContain(true)
  })
})
