import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { afterAll, describe, expect, it } from 'vitest'
import type { ProbeOutput, ResourceType } from '../../model/resource.ts'
import { quote, render, type Script } from '../../model/script.ts'
import { type Failure, failThrough, type LifeHost, liveThrough, type Station } from '../../resources/life.ts'
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

  for (const name of readdirSync(types, { withFileTypes: true })) {
    if (!name.isDirectory()) continue
    it(`says why ${name.name} fails, and leaves nothing half done`, async () => {
      const { resource } = (await import(`../../resources/${name.name}/index.ts`)) as { resource: ResourceType }
      const all = load(readFileSync(join(types, name.name, 'cases/failure.yaml'), 'utf8')) as Failure[]
      const failures = all.filter((f) => f.realOnly !== true)
      const passed = await failThrough(resource, failures, host, sha256)
      expect(passed).toEqual(failures.map(({ title, verb }) => ({ title, verb, problems: [] })))
    })
  }

  it("does not follow links that an account's owner put in our way", async () => {
    const { resource } = (await import('../../resources/authorizedKey/index.ts')) as { resource: ResourceType }
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEV4YW1wbGVFeGFtcGxlRXhhbXBsZUV4YW1wbGUz'
    const spec = resource.normalise({ user: 'plumbline', key })
    const named = { id: 'authorizedKey:x', type: 'authorizedKey', name: resource.identify(spec), spec } as const
    const rest = { declaredBy: [], requires: [], restartOn: [] }
    const step = resource.steps({ verb: 'create', resource: { ...named, ...rest }, have: null, fields: [] })
    const ssh = join(root.folder, 'home/plumbline/.ssh')
    const shadow = readFileSync(join(root.folder, 'etc/shadow'), 'utf8')
    for (const link of ['authorized_keys', '']) {
      rmSync(ssh, { recursive: true, force: true })
      if (link !== '') mkdirSync(ssh)
      symlinkSync(link === '' ? '../../etc' : '../../../etc/shadow', join(ssh, link))
      const [seen] = resource.parse([spec], await runIn(resource.probe([spec])))
      expect(seen).toMatchObject({ status: 'unknown', unknown: { reason: 'unsupported' } })
      expect((await runIn(step.script)).stderr).toContain('is a symbolic link')
      expect(readFileSync(join(root.folder, 'etc/shadow'), 'utf8')).toBe(shadow)
    }
  })
})
