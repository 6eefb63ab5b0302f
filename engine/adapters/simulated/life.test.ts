import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { afterAll, describe, expect, it } from 'vitest'
import type { ProbeOutput, ResourceType } from '../../model/resource.ts'
import { quote, render, type Script } from '../../model/script.ts'
import { type LifeHost, liveThrough, type Station } from '../../resources/life.ts'
import { environmentOf, prepareRoot } from './simulated-root.ts'

const types = 'engine/resources'
const root = prepareRoot(mkdtempSync(join(tmpdir(), "plumbline 'sim' ")), 'sim-01')
afterAll(() => rmSync(root.folder, { recursive: true, force: true }))

function runIn(script: Script): Promise<ProbeOutput> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', [], { cwd: root.folder, env: environmentOf(root) })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('close', (code) =>
      resolve({ stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString(), code: code ?? 255 }),
    )
    child.stdin.end(`R=${quote(root.folder)}; export R; umask 022; cd /\n${render(script)}`)
  })
}

const host: LifeHost = { look: runIn, run: runIn }
const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')

describe('a simulated host', () => {
  for (const name of readdirSync(types, { withFileTypes: true })) {
    if (!name.isDirectory()) continue
    it(`sees a whole life of ${name.name}`, async () => {
      const { resource } = (await import(`../../resources/${name.name}/index.ts`)) as { resource: ResourceType }
      const stations = load(readFileSync(join(types, name.name, 'cases/life.yaml'), 'utf8')) as Station[]
      const passed = await liveThrough(resource, stations, host, sha256)
      expect(passed).toEqual(stations.map(({ title, expect: verb }) => ({ title, verb, problems: [] })))
    })
  }
})
