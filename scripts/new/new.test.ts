import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { load } from 'js-yaml'
import { afterAll, describe, expect, it } from 'vitest'
import { environmentOf, prepareRoot } from '../../engine/adapters/simulated/simulated-root.ts'
import { fragments, kinds } from '../../engine/generated/kinds.ts'
import type { ResourceType } from '../../engine/model/resource.ts'
import { quote, render, type Script } from '../../engine/model/script.ts'
import { liveThrough, type Station } from '../../engine/resources/life.ts'
import { readKinds } from '../../engine/schema/read-kinds.ts'
import { kindFiles, type NewFile } from './kind-files.ts'
import { resourceFiles } from './resource-files.ts'

mkdirSync('.plumbline', { recursive: true })
const scratch = resolve(mkdtempSync('.plumbline/new-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

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

  it('makes a resource type that passes the type check and lives its life', async () => {
    write(resourceFiles('wateringCan'))
    symlinkSync(resolve('engine/model'), join(scratch, 'engine/model'))
    for (const file of readdirSync('engine/resources').filter((f) => f.endsWith('.ts'))) {
      symlinkSync(resolve('engine/resources', file), join(scratch, 'engine/resources', file))
    }
    const config = {
      extends: resolve('tsconfig.json'),
      include: ['engine/resources/wateringCan'],
      compilerOptions: { preserveSymlinks: true },
    }
    writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify(config))
    const check = spawnSync(process.execPath, ['node_modules/ts7/bin/tsc', '-p', scratch], { encoding: 'utf8' })
    expect(check.stdout).toBe('')

    const { resource } = (await import(join(scratch, 'engine/resources/wateringCan/index.ts'))) as {
      resource: ResourceType
    }
    const root = prepareRoot(join(scratch, 'host'), 'sim-01')
    const run = async (script: Script) => {
      const input = `R=${quote(root.folder)}; export R; umask 022; cd /\n${render(script)}`
      const { stdout, stderr, status } = spawnSync('/bin/sh', [], {
        input,
        cwd: root.folder,
        env: environmentOf(root),
        encoding: 'utf8',
      })
      return { stdout, stderr, code: status ?? 255 }
    }
    const text = resourceFiles('wateringCan').find((f) => f.path.endsWith('life.yaml'))?.text ?? ''
    const stations = load(text) as Station[]
    const passed = await liveThrough(resource, stations, { look: run, run }, () => '')
    expect(passed).toEqual(stations.map(({ title, expect: verb }) => ({ title, verb, problems: [] })))
    expect(resource.parse([{ name: 'a' }, { name: 'b' }], { stdout: 'value x\n', stderr: '', code: 0 })).toMatchObject([
      { status: 'unknown' },
      { status: 'unknown' },
    ])
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
