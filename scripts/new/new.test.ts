import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fragments, kinds } from '../../engine/generated/kinds.ts'
import { readKinds } from '../../engine/schema/read-kinds.ts'
import { kindFiles, type NewFile } from './kind-files.ts'
import { resourceFiles } from './resource-files.ts'

mkdirSync('.plumbline', { recursive: true })
const scratch = resolve(mkdtempSync('.plumbline/new-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

interface Report {
  readonly numPassedTests: number
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly failureMessages: readonly string[] }[]
  }[]
}

function write(files: readonly NewFile[]): void {
  for (const { path, text } of files) {
    mkdirSync(dirname(join(scratch, path)), { recursive: true })
    writeFileSync(join(scratch, path), text)
  }
}

describe('npm run new', () => {
  it('makes a kind that is sound, with its example', async () => {
    const [schema] = kindFiles('WateringCan', 'garden')
    const bytes = new TextEncoder().encode(schema?.text)
    const { kinds: found, diagnostics } = await readKinds([{ path: schema?.path ?? '', bytes }], kinds, fragments)
    expect(diagnostics).toEqual([])
    expect(found.get('WateringCan')).toMatchObject({ domain: 'garden' })
  })

  it('makes a resource type that passes the type check, the contract and its life', () => {
    const isPlugIn = (path: string) => /^engine\/(resources\/[^/.]+|generated)$/.test(path)
    cpSync('engine', join(scratch, 'engine'), { recursive: true, filter: (path) => !isPlugIn(path) })
    for (const path of ['schemas', 'scripts', 'package.json', 'action.yml'])
      cpSync(path, join(scratch, path), { recursive: true })
    write(resourceFiles('wateringCan'))
    const generated = spawnSync(process.execPath, ['--import', 'tsx', resolve('scripts/generate.ts')], {
      cwd: scratch,
      encoding: 'utf8',
    })
    expect(generated).toMatchObject({ status: 0, stderr: '' })
    const config = { extends: resolve('tsconfig.json'), include: ['engine/resources/wateringCan'] }
    writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify(config))
    const types = spawnSync(process.execPath, ['node_modules/ts7/bin/tsc', '-p', scratch], { encoding: 'utf8' })
    expect(types.stdout).toBe('')

    writeFileSync(join(scratch, 'vitest.config.mjs'), 'export default {}\n')
    const tests = ['engine/resources/contract.test.ts', 'engine/adapters/simulated/life.test.ts']
    const args = ['--root', scratch, '--reporter', 'json', '-t', 'wateringCan', ...tests]
    const run = spawnSync(process.execPath, [resolve('node_modules/vitest/vitest.mjs'), 'run', ...args], {
      cwd: scratch,
      encoding: 'utf8',
    })
    expect(run.stdout, run.stderr).toContain('{')
    const result = JSON.parse(run.stdout.slice(run.stdout.indexOf('{'))) as Report
    const failed = result.testResults.flatMap((f) => f.assertionResults.flatMap((t) => t.failureMessages))
    expect(failed).toEqual([])
    expect(result.numPassedTests).toBeGreaterThan(10)
  })

  it('says how it is used', () => {
    const run = (...args: string[]) =>
      spawnSync(process.execPath, ['--import', 'tsx', 'scripts/new.ts', ...args], { encoding: 'utf8' })
    expect(run()).toMatchObject({ status: 1, stderr: expect.stringContaining('Usage') })
    expect(run('kind', 'host')).toMatchObject({ status: 1, stderr: expect.stringContaining('starting with a capital') })
    expect(run('kind', 'Host', '--domain', 'x')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('already'),
    })
    expect(run('resource', 'file')).toMatchObject({ status: 1, stderr: expect.stringContaining('already') })
    expect(execFileSync('git', ['status', '--short', 'schemas/x'], { encoding: 'utf8' })).toBe('')
  })
})
