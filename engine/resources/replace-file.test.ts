import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { environmentOf, prepareRoot, type SimulatedRoot } from '../adapters/simulated/simulated-root.ts'
import { quote, render, type Script, sh } from '../model/script.ts'
import { at, fillFrom, replaceFile, setAttributes } from './replace-file.ts'
import { step } from './shell.ts'

let root: SimulatedRoot
let home: string
beforeEach(() => {
  root = prepareRoot(mkdtempSync(join(tmpdir(), 'plumbline-replace-')), 'web-01')
  home = join(root.folder, 'home/ana')
  mkdirSync(home, { recursive: true })
  mkdirSync(join(root.folder, 'etc/cron.d'), { recursive: true })
})
afterEach(() => rmSync(root.folder, { recursive: true, force: true }))

function run(script: Script) {
  const input = `R=${quote(root.folder)}\n${render(script)}`
  const { status, stderr } = spawnSync('/bin/sh', [], { input, encoding: 'utf8', env: environmentOf(root) })
  return { code: status ?? 255, stderr }
}

/** Does something at the moment at which a tool is called, as another account could. */
function when(tool: string, does: string): void {
  const path = join(root.tools, tool)
  const real = spawnSync('sh', ['-c', `PATH=$1; command -v "$2"`, 'sh', process.env['PATH'] ?? '', tool])
  writeFileSync(path, `#!/bin/sh\n${does}\nexec ${real.stdout.toString().trim()} "$@"\n`)
  chmodSync(path, 0o755)
}

const file = (content: string): Script =>
  step(
    replaceFile({
      locate: at('/home/ana/notes'),
      fill: fillFrom(btoa(content), false),
      mode: '0644',
      owner: sh`root`,
      group: sh`root`,
    }),
  )

describe('in a folder of somebody else', () => {
  it('a file is not put into the folder that a link leads to, made in the last moment', () => {
    when('sync', `rm -f '${home}/notes'; ln -s '${root.folder}/etc/cron.d' '${home}/notes'`)
    const before = readdirSync(join(root.folder, 'etc/cron.d'))
    expect(run(file('one\n'))).toMatchObject({ code: 0 })
    expect(readdirSync(join(root.folder, 'etc/cron.d'))).toEqual(before)
  })

  it('permissions are not given to what a link leads to, made in the last moment', () => {
    const shadow = join(root.folder, 'etc/shadow')
    writeFileSync(join(home, 'notes'), 'one\n')
    const set = step(setAttributes(at('/home/ana/notes'), 'root', 'root', '0666'))
    expect(run(set)).toMatchObject({ code: 0 })
    expect(statSync(join(home, 'notes')).mode & 0o7777).toBe(0o666)
    const chown = readFileSync(join(root.tools, 'chown'), 'utf8')
    writeFileSync(join(root.tools, 'chown'), `${chown}\nrm -f '${home}/notes'; ln -s '${shadow}' '${home}/notes'\n`)
    expect(run(set)).toMatchObject({ code: 1, stderr: expect.stringContaining('is a symbolic link') })
    expect(statSync(shadow).mode & 0o7777).toBe(0o640)
  })
})
