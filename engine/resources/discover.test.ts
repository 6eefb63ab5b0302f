import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { afterAll, describe, expect, it } from 'vitest'
import { environmentOf, prepareRoot } from '../adapters/simulated/simulated-root.ts'
import { fragments } from '../generated/kinds.ts'
import { resourceTypes } from '../generated/registry.ts'
import type { Discovered, ProbeOutput } from '../model/resource.ts'
import { quote, render } from '../model/script.ts'
import { embedFragments } from '../schema/embed-fragments.ts'

/** What a host printed, and what is made of it: `cases/discover.yaml` of a type. */
interface Case {
  readonly title: string
  readonly output: string
  readonly found: readonly Discovered[]
}

const home = 'engine/resources'
const root = prepareRoot(mkdtempSync(join(tmpdir(), "plumbline 'discover' ")), 'discover')
afterAll(() => rmSync(root.folder, { recursive: true, force: true }))

const said = (stdout: string): ProbeOutput => ({ stdout, stderr: '', code: 0 })
const about = { place: { file: 'x.yaml', line: 1, column: 1 }, subject: 'Profile/x' } as const

const folders = readdirSync(home, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? [e.name] : []))
for (const name of folders) {
  const type = resourceTypes.get(name)
  const discover = type?.discover
  if (type === undefined || discover === undefined) continue
  const file = join(home, name, 'cases/discover.yaml')
  const cases = existsSync(file) ? (load(readFileSync(file, 'utf8')) as readonly Case[]) : []

  describe(`${name}: what is found`, () => {
    for (const c of cases) it(c.title, () => expect(discover.parse(said(c.output))).toEqual(c.found))

    it('is what a document may say', () => {
      const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true })
      formats.default(ajv)
      const schema = fragments.get(`urn:plumbline:v1:resource:${name}`)
      if (schema === undefined) throw new Error(`${name} is not generated: npm run generate`)
      const validate = ajv.compile(embedFragments(schema, fragments))
      for (const found of cases.flatMap((c) => discover.parse(said(c.output)))) {
        if (!('spec' in found)) continue
        expect(validate(found.spec), JSON.stringify(validate.errors)).toBe(true)
        expect(type.check?.(found.spec, about) ?? []).toEqual([])
      }
    })

    it('is nothing where a host says nonsense, and never an error', () => {
      const words = cases.flatMap((c) => c.output.split(/(\s+)/))
      fc.assert(
        fc.property(fc.string({ unit: 'binary' }), (text) => {
          expect(Array.isArray(discover.parse(said(text)))).toBe(true)
        }),
        { numRuns: 200 },
      )
      if (words.length === 0) return
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...words), { maxLength: 60 }), (mixed) => {
          expect(Array.isArray(discover.parse(said(mixed.join(''))))).toBe(true)
        }),
        { numRuns: 200 },
      )
    })

    it('is looked for without changing anything, and below any prefix', () => {
      expect(discover.probe.readOnly).toBe(true)
      const done = spawnSync('/bin/sh', [], {
        input: `R=${quote(root.folder)}; export R; cd /\n${render(discover.probe)}`,
        env: environmentOf(root),
        encoding: 'utf8',
        timeout: 20_000,
      })
      expect(done.stderr).not.toMatch(/syntax error|unexpected/i)
      expect(Array.isArray(discover.parse(said(done.stdout)))).toBe(true)
    })
  })
}

it('finds on a simulated host what somebody installed there', () => {
  const shell = (input: string) =>
    spawnSync('/bin/sh', [], {
      input: `R=${quote(root.folder)}; export R; cd /\n${input}`,
      env: environmentOf(root),
      encoding: 'utf8',
      timeout: 20_000,
    })
  shell('apt-get install -y nginx')
  const found = (name: string) => {
    const discover = resourceTypes.get(name)?.discover
    return discover?.parse(said(shell(render(discover.probe)).stdout))
  }
  expect(found('service')).toEqual([{ spec: { name: 'nginx', enabled: true, running: true } }])
  expect(found('hostname')).toEqual([{ spec: { name: 'discover' }, claims: ['/etc/hostname'] }])
})
