import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { environmentOf, prepareRoot } from '../../adapters/simulated/simulated-root.ts'
import { quote, render, type Script } from '../../model/script.ts'
import { resource } from './index.ts'
import type { CertificateSpec } from './spec.ts'

const root = prepareRoot(mkdtempSync(join(tmpdir(), 'plumbline-certificate-')), 'tls-01')
const tls = join(root.folder, 'etc/nginx/tls')
const about = { place: { file: 'a.yaml', line: 1, column: 1 }, subject: 'Profile/x' } as never
afterAll(() => rmSync(root.folder, { recursive: true, force: true }))

function run(script: Script) {
  const input = `R=${quote(root.folder)}\n${render(script)}`
  const { status, stderr, stdout } = spawnSync('/bin/sh', [], { input, encoding: 'utf8', env: environmentOf(root) })
  return { code: status ?? 255, stderr, stdout }
}

/** A pair for so many days, as text. */
function pair(name: string, days: number) {
  const [key, certificate] = [`${name}.key`, `${name}.crt`].map((file) => join(root.folder, file))
  const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate]
  spawnSync('openssl', [...words, '-subj', `/CN=${name}.example.invalid`, '-days', String(days)].map(String))
  return { certificate: readFileSync(String(certificate), 'utf8'), key: readFileSync(String(key), 'utf8') }
}

function write(spec: Partial<CertificateSpec>) {
  const path = '/etc/nginx/tls/site.pem'
  const wanted = resource.normalise({ path, ...spec })
  const named = { id: `certificate:${path}`, type: 'certificate', name: path, spec: wanted } as const
  const rest = { declaredBy: [], requires: [], restartOn: [] }
  return run(resource.steps({ verb: 'create', resource: { ...named, ...rest }, have: null, fields: [] }).script)
}

let long: { readonly certificate: string; readonly key: string }
let short: { readonly certificate: string; readonly key: string }

beforeAll(() => {
  mkdirSync(tls, { recursive: true })
  long = pair('long', 90)
  short = pair('short', 3)
})

describe('a certificate', () => {
  it('is not put in place with the key of another, nor with none', () => {
    for (const key of [short.key, 'no key']) {
      const done = write({ certificate: long.certificate, key })
      expect(done).toMatchObject({ code: 1, stdout: '' })
      expect(done.stderr).not.toContain(key)
      expect(readdirSync(tls)).toEqual([])
      const kept = join(root.folder, 'var/lib/plumbline/certificates')
      expect(readdirSync(kept, { recursive: true }).filter((name) => String(name).includes('new.'))).toEqual([])
    }
  })

  it('is observed with when it ends, and nothing of its key', () => {
    expect(write(short)).toMatchObject({ code: 0 })
    const specs = [resource.normalise({ path: '/etc/nginx/tls/site.pem', ...short })]
    const output = run(resource.probe(specs))
    const secret = short.key.split('\n')[1] ?? ''
    for (const text of [output.stdout, output.stderr]) {
      expect(text).not.toContain(secret)
      expect(Buffer.from(text.replaceAll(/\S+ \d+ /g, ''), 'base64').toString()).not.toContain(secret)
    }
    const [seen] = resource.parse(specs, output)
    expect(seen).toMatchObject({ status: 'present', state: { keyMatches: true, keyMode: '0600' } })
    expect(resource.notices?.(specs, output, 'web-01').map((d) => d.code)).toEqual(['certificate-expires'])
  })

  it('that is found becomes a watch with nothing to do, and its key is named only', () => {
    mkdirSync(join(root.folder, 'etc/letsencrypt/archive'), { recursive: true })
    mkdirSync(join(root.folder, 'etc/letsencrypt/live/x'), { recursive: true })
    writeFileSync(join(root.folder, 'etc/letsencrypt/archive/fullchain1.pem'), long.certificate)
    symlinkSync('../../archive/fullchain1.pem', join(root.folder, 'etc/letsencrypt/live/x/fullchain.pem'))
    const { discover } = resource
    if (discover === undefined) throw new Error('nothing is discovered')
    const found = discover.parse(run(discover.probe))
    const specs = found.flatMap((f) => ('spec' in f ? [resource.normalise(f.spec)] : []))
    expect(specs.map((spec) => spec.path).sort()).toEqual([
      '/etc/letsencrypt/live/x/fullchain.pem',
      '/etc/nginx/tls/site.pem',
    ])
    expect(found.flatMap((f) => ('leftOut' in f ? [f.leftOut] : []))).toEqual(['/etc/nginx/tls/site.key'])
    const seen = resource.parse(specs, run(resource.probe(specs)))
    for (const [i, spec] of specs.entries()) {
      const one = seen[i]
      expect(one?.status).toBe('present')
      if (one?.status === 'present') expect(resource.diff(spec, one.state, one.excerpt)).toEqual([])
    }
    expect(existsSync(join(tls, 'site.key'))).toBe(true)
  })
})

it('keeps nothing that a link leads to, and writes to no such place', () => {
  const shadow = join(root.folder, 'etc/shadow')
  const before = readFileSync(shadow, 'utf8')
  expect(write(long)).toMatchObject({ code: 0 })
  rmSync(join(tls, 'site.key'))
  symlinkSync(shadow, join(tls, 'site.key'))
  expect(write(short)).toMatchObject({ code: 1, stderr: expect.stringContaining('is no plain file') })
  expect(readFileSync(shadow, 'utf8')).toBe(before)
  const kept = join(root.folder, 'var/lib/plumbline/certificates')
  for (const name of readdirSync(kept, { recursive: true }).map(String))
    if (/\.(key|crt)$/.test(name)) expect(readFileSync(join(kept, name), 'utf8')).not.toContain('root:')
  rmSync(join(tls, 'site.key'))
})

it('says what is no certificate without repeating what it is', () => {
  const said = (spec: Partial<CertificateSpec>) => resource.check?.({ path: '/etc/x.pem', ...spec }, about) ?? []
  expect(said({ certificate: long.certificate, chain: short.certificate, key: 'x' })).toEqual([])
  const wrong = said({ certificate: long.key, key: 'x' })
  expect(wrong.map((d) => d.code)).toEqual(['certificate-invalid'])
  expect(JSON.stringify(wrong)).not.toContain(long.key.split('\n')[1])
  expect(said({}).map((d) => d.code)).toEqual(['resource-invalid'])
  expect(said({ observeOnly: true, key: 'x' }).map((d) => d.code)).toEqual(['resource-invalid'])
})
