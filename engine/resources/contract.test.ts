import { spawnSync } from 'node:child_process'
import {
  chmodSync,
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
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { afterAll, describe, expect, it } from 'vitest'
import { environmentOf, prepareRoot } from '../adapters/simulated/simulated-root.ts'
import { fragments } from '../generated/kinds.ts'
import type { Json, JsonObject } from '../model/document.ts'
import type { Change, Observation, ProbeOutput, Resource, ResourceType } from '../model/resource.ts'
import { mask, quote, render, type Script } from '../model/script.ts'
import { embedFragments } from '../schema/embed-fragments.ts'
import type { Failure, Station } from './life.ts'

interface Case {
  readonly title: string
  readonly spec: JsonObject
  readonly output: string
  /** The state where it is present; else `absent` or `unknown REASON`. */
  readonly observed: string | JsonObject
  readonly excerpt?: string
  /** Paths that differ, in order. */
  readonly fields?: readonly string[]
  readonly sensitive?: readonly string[]
  readonly text?: { readonly before: string; readonly after: string }
  readonly notices?: readonly string[]
  readonly step?: {
    readonly verb: Change['verb']
    readonly summary: string
    readonly class: string
    readonly access?: boolean
    readonly preimages?: readonly string[]
    readonly has?: readonly string[]
    readonly hasNot?: readonly string[]
    readonly inverse?: readonly string[]
  }
}

const home = 'engine/resources'
const names = readdirSync(home, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? [e.name] : []))
const root = prepareRoot(mkdtempSync(join(tmpdir(), 'plumbline-contract-')), 'contract')
afterAll(() => rmSync(root.folder, { recursive: true, force: true }))

const about = {
  place: { file: 'case.yaml', line: 1, column: 1 },
  subject: 'Profile/case',
} as const

const yaml = (path: string): Json => load(readFileSync(join(home, path), 'utf8')) as Json
const output = (stdout: string): ProbeOutput => ({ stdout, stderr: '', code: 0 })

/** Runs a script on the simulated root (or another), as this user or one without rights. */
function run(script: Script, options: { readonly PATH?: string; readonly uid?: number; readonly R?: string } = {}) {
  const { R = root.folder, uid, PATH } = options
  const done = spawnSync('/bin/sh', [], {
    input: `R=${quote(R)}; export R; cd /\n${render(script)}`,
    env: { ...environmentOf(root), ...(PATH !== undefined && { PATH }) },
    encoding: 'utf8',
    timeout: 20_000,
    ...(uid !== undefined && { uid, gid: uid }),
  })
  return { stdout: done.stdout, stderr: done.stderr, code: done.status ?? 255 }
}

function changeOf(type: ResourceType, verb: Change['verb'], spec: JsonObject, have: JsonObject | null): Change {
  const name = type.identify(spec)
  const resource: Resource = {
    id: `${type.name}:${name}`,
    type: type.name,
    name,
    spec: type.normalise(spec),
    declaredBy: [],
    requires: [],
    restartOn: [],
  }
  const fields = verb === 'restart' || verb === 'delete' ? [] : type.diff(resource.spec, have, undefined)
  return { verb, resource, have, fields }
}

for (const name of names) {
  const { resource: type } = (await import(`./${name}/index.ts`)) as { resource: ResourceType }
  const cases = yaml(`${name}/cases/cases.yaml`) as unknown as readonly Case[]
  const stations = yaml(`${name}/cases/life.yaml`) as unknown as readonly Station[]
  const failures = yaml(`${name}/cases/failure.yaml`) as unknown as readonly Failure[]
  const lived = [...stations.map((s) => s.spec), ...failures.map((f) => f.spec)]
  const schema = yaml(`${name}/schema.yaml`) as JsonObject
  const examples = schema['examples'] as readonly JsonObject[]

  describe(`${name}: cases`, () => {
    for (const c of cases) it(c.title, () => check(type, c))
  })

  describe(`${name}: contract`, () => {
    it('has what every type has', () => {
      expect(type.name).toBe(name)
      for (const file of ['schema.yaml', 'probe.ts', 'steps.ts']) expect(existsSync(join(home, name, file))).toBe(true)
      const verbs = new Set(cases.flatMap((c) => c.step?.verb ?? []))
      // What a host always has (its name) is never removed.
      const lasts = type.restore(type.identify(examples[0] ?? {}), null) === null
      expect([...verbs]).toEqual(expect.arrayContaining(['create', 'update', ...(lasts ? [] : ['delete'])]))
      const reasons = cases.flatMap((c) => (typeof c.observed === 'string' ? [c.observed] : []))
      for (const reason of ['no-permission', 'missing-tool', 'unparsable'])
        expect(reasons).toContain(`unknown ${reason}`)
      expect(cases.some((c) => c.fields?.length === 0)).toBe(true)
    })

    it('is made, changed, left alone and removed in its life, and fails in one way at least', () => {
      const verbs = new Set(stations.map((s) => s.expect))
      const lasts = type.restore(type.identify(examples[0] ?? {}), null) === null
      expect([...verbs]).toEqual(expect.arrayContaining(['create', 'update', 'none', ...(lasts ? [] : ['delete'])]))
      expect(failures.length).toBeGreaterThan(0)
      for (const f of failures)
        expect(f).toMatchObject({ title: expect.any(String), says: expect.stringMatching(/.../) })
      for (const { oneWay = 'no' } of stations) expect(oneWay).toBeTypeOf('string')
      // What can't be taken back, each time, has not been taken back at all.
      for (const verb of verbs)
        expect(stations.filter((s) => s.expect === verb && s.oneWay === undefined)).not.toEqual([])
      expect(lived.flatMap((spec) => type.check?.(spec, about) ?? []).filter((d) => d.severity === 'error')).toEqual([])
    })

    it('has a schema that takes its examples and its life, and nothing that only the engine may say', () => {
      const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true })
      formats.default(ajv)
      const whole = fragments.get(`urn:plumbline:v1:resource:${name}`)
      if (whole === undefined) throw new Error(`${name} is not generated: npm run generate`)
      const validate = ajv.compile(embedFragments(whole, fragments))
      for (const spec of [...examples, ...lived]) {
        expect(validate(spec), JSON.stringify(validate.errors)).toBe(true)
      }
      for (const internal of ['sha256', 'preimage', 'base64']) {
        expect(validate({ ...examples[0], [internal]: 'a'.repeat(64) })).toBe(false)
      }
      // The compiler takes `source` for a file of the estate, whatever the type: it may mean nothing else.
      const fields = schema['properties'] as Record<string, JsonObject>
      if ('source' in fields) expect(String(fields['source']?.['description'])).toContain('estate')
      for (const [property, of] of Object.entries(schema['properties'] as Record<string, JsonObject>)) {
        expect(of['description'], property).toBeTruthy()
      }
    })

    it('only looks while it looks', () => {
      expect(type.probe(examples.map((spec) => type.normalise(spec))).readOnly).toBe(true)
    })

    it('normalises once and for all, and names what it normalised alike', () => {
      for (const spec of [...examples, ...lived]) {
        const once = type.normalise(spec)
        expect(type.normalise(once)).toEqual(once)
        expect(type.identify(once)).toBe(type.identify(spec))
      }
    })

    it('says nothing of a host that says nothing or nonsense, and never throws', () => {
      const specs = examples.map((spec) => type.normalise(spec))
      const allUnknown = (text: string) => {
        const seen = type.parse(specs, output(text))
        expect(seen.map((o) => o.status)).toEqual(specs.map(() => 'unknown'))
      }
      allUnknown('')
      fc.assert(fc.property(fc.string({ unit: 'binary' }), allUnknown), { numRuns: 200 })
      const words = cases.flatMap((c) => c.output.split(/(\s+)/))
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...words), { maxLength: 60 }), (mixed) => {
          expect(type.parse(specs, output(mixed.join('')))).toHaveLength(specs.length)
          type.notices?.(specs, output(mixed.join('')), 'host')
        }),
        { numRuns: 300 },
      )
    })

    it('says nothing rather than something else of output that was cut off', () => {
      for (const c of cases) {
        const spec = type.normalise(c.spec)
        const [whole] = type.parse([spec], output(c.output))
        if (whole?.status !== 'present') continue
        for (let end = 0; end < c.output.length; end++) {
          const [part] = type.parse([spec], output(c.output.slice(0, end)))
          if (part?.status === 'present') expect(part.state, `${c.title}, ${end} bytes`).toEqual(whole.state)
          else expect(part?.status, `${c.title}, ${end} bytes`).toBe('unknown')
        }
      }
    })

    it('brings a state back by a spec that then has nothing to do', () => {
      for (const c of cases) {
        if (typeof c.observed === 'string') continue
        const id = type.identify(c.spec)
        const restored = type.restore(id, c.observed)
        if (restored === null) continue
        const spec = type.normalise(restored)
        expect(type.identify(spec)).toBe(id)
        expect(type.isAbsent(spec)).toBe(false)
        // What was broken is never brought back so: a rule that others could write, half a package.
        const attributes =
          ({ sudoRule: ['mode'], package: ['status'], firewall: ['live'] } as Record<string, string[]>)[name] ?? []
        expect(type.diff(spec, c.observed, undefined).filter((f) => !attributes.includes(f.path))).toEqual([])
        const gone = type.restore(id, null)
        if (gone === null) continue
        expect(type.isAbsent(type.normalise(gone))).toBe(true)
        expect(type.identify(type.normalise(gone))).toBe(id)
      }
    })

    it('quotes whatever a name is', () => {
      const canary = join(root.folder, 'canary')
      const evil = `x'"\\$(touch ${canary})\`touch ${canary}\`;touch ${canary}\n-rf --no-preserve-root *\n\t%s\u202e`
      const hostile = (value: Json): Json =>
        typeof value === 'string' ? evil : Array.isArray(value) ? value.map(hostile) : value
      for (const spec of [...examples, ...stations.map((s) => s.spec)]) {
        const changed = Object.fromEntries(
          Object.entries(spec).map(([k, v]) => [k, ['ensure', 'removal', 'mode'].includes(k) ? v : hostile(v)]),
        )
        const wanted = type.normalise(changed)
        const probed = run(type.probe([wanted]))
        expect(type.parse([wanted], probed)).toHaveLength(1)
        const change = changeOf(type, type.isAbsent(wanted) ? 'delete' : 'create', wanted, null)
        const step = type.steps(change)
        for (const script of [step.script, ...(step.inverse ? [step.inverse] : [])]) {
          expect(run(script).stderr).not.toMatch(/\/sh: .*(Syntax error|unexpected)/)
        }
        expect(existsSync(canary)).toBe(false)
      }
    })

    it('knows a missing tool from a missing thing', () => {
      const empty = join(root.folder, 'no-tools')
      mkdirSync(empty, { recursive: true })
      const specs = stations.slice(0, 1).map((s) => type.normalise(s.spec))
      const seen = type.parse(specs, run(type.probe(specs), { PATH: empty }))
      // Whether a file is there at all takes no tool.
      const fine = ['file', 'directory', 'sudoRule'].includes(name) ? ['absent'] : []
      for (const o of seen) expect([...fine, 'unknown']).toContain(o.status)
    })
  })
}

describe('without permission', () => {
  it.skipIf(process.getuid?.() !== 0)('nothing is absent that can not be seen', async () => {
    const closed = mkdtempSync(join(tmpdir(), 'plumbline-closed-'))
    chmodSync(closed, 0o755)
    for (const folder of ['etc/sudoers.d', 'secret', 'home/app', 'var/lib/dpkg'])
      mkdirSync(join(closed, folder), { recursive: true })
    writeFileSync(join(closed, 'etc/passwd'), 'app:x:1:1::/home/app:/bin/sh\n')
    writeFileSync(join(closed, 'etc/group'), 'app:x:1:\n')
    for (const file of ['etc/shadow', 'var/lib/dpkg/status', 'etc/unreadable']) {
      writeFileSync(join(closed, file), 'x')
      chmodSync(join(closed, file), 0o600)
    }
    for (const folder of ['etc/sudoers.d', 'secret', 'home/app']) chmodSync(join(closed, folder), 0o700)
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEV4YW1wbGVFeGFtcGxlRXhhbXBsZUV4YW1wbGUz'
    const specs: Record<string, JsonObject[]> = {
      file: [{ path: '/secret/a/b' }, { path: '/etc/unreadable' }],
      directory: [{ path: '/secret/a' }],
      user: [{ login: 'app' }],
      authorizedKey: [{ user: 'app', key }],
      sudoRule: [{ name: 'x', subjects: ['app'], commands: ['ALL'] }],
      package: [{ name: 'nginx' }],
    }
    for (const [name, wanted] of Object.entries(specs)) {
      const { resource: type } = (await import(`./${name}/index.ts`)) as { resource: ResourceType }
      const normal = wanted.map((spec) => type.normalise(spec))
      const options = { R: closed, uid: 65534, PATH: '/usr/bin:/bin' }
      const seen = type.parse(normal, run(type.probe(normal), options))
      expect(
        seen.map((o) => (o.status === 'unknown' ? o.unknown.reason : o.status)),
        name,
      ).toEqual(normal.map(() => 'no-permission'))
    }
    rmSync(closed, { recursive: true, force: true })
  })
})

describe('a look at files', () => {
  const put = (path: string, content: string | Uint8Array) => {
    mkdirSync(join(root.folder, 'look'), { recursive: true })
    writeFileSync(join(root.folder, path), content)
  }
  const wanted = (path: string, content = 'x'): JsonObject => ({ path, content, sha256: 'a'.repeat(64) })

  it('shows what differs, and nothing that is too long, no text, or behind a link', async () => {
    const { resource: type } = (await import('./file/index.ts')) as { resource: ResourceType }
    put('look/plain', 'plain\n')
    put("look/it's \\ odd", 'odd\n')
    put('look/empty', '')
    put('look/long', 'x'.repeat(65537))
    put('look/bytes', Uint8Array.from([0xff, 0, 1]))
    put('look/closed', 'closed')
    const target = join(root.folder, 'look/link')
    if (!existsSync(target)) symlinkSync('plain', target)
    const look = (paths: readonly string[]) => {
      const specs = paths.map((path) => type.normalise(wanted(path)))
      return type.parse(specs, run(type.probe(specs)))
    }
    const paths = ['/look/none', '/look/plain', '/look/empty', '/look/long', '/look/link', '/look/bytes', '/look/x/y']
    const shown = (seen: readonly Observation[]) =>
      seen.map((o) => (o.status === 'present' ? (o.excerpt ?? '-') : o.status))
    expect(shown(look(paths))).toEqual(['absent', 'plain\n', '-', '-', 'unknown', '-', 'absent'])
    // A name with a backslash makes it look at one file after the other.
    expect(shown(look([...paths, "/look/it's \\ odd"])).slice(1)).toEqual([
      'plain\n',
      '-',
      '-',
      'unknown',
      '-',
      'absent',
      'odd\n',
    ])
  })

  it('opens no pipe, which would never end', async () => {
    const { resource: type } = (await import('./file/index.ts')) as { resource: ResourceType }
    put('look/beside', 'beside\n')
    spawnSync('mkfifo', [join(root.folder, 'look/pipe')])
    const specs = ['/look/pipe', '/look/beside'].map((path) => type.normalise(wanted(path)))
    const seen = type.parse(specs, run(type.probe(specs)))
    expect(seen).toMatchObject([
      { status: 'unknown', unknown: { reason: 'unsupported', detail: '/look/pipe is a named pipe, not a file' } },
      { status: 'present', excerpt: 'beside\n' },
    ])
  })
})

function check(type: ResourceType, c: Case): void {
  const spec = type.normalise(c.spec)
  const [seen] = type.parse([spec], output(c.output))
  const shown =
    seen?.status === 'unknown' ? `unknown ${seen.unknown.reason}` : seen?.status === 'present' ? seen.state : 'absent'
  expect(shown).toEqual(c.observed)
  const excerpt = seen?.status === 'present' ? seen.excerpt : undefined
  if (c.excerpt !== undefined) expect(excerpt).toBe(c.excerpt)
  const have = seen?.status === 'present' ? seen.state : null
  if (c.fields !== undefined) {
    const fields = type.diff(spec, have, excerpt)
    expect(
      fields.filter((f) => f.path !== 'content' || f.after !== undefined || f.sensitive).map((f) => f.path),
    ).toEqual(c.fields)
    expect(fields.flatMap((f) => (f.sensitive ? [f.path] : []))).toEqual(c.sensitive ?? [])
    if (c.text !== undefined) expect(fields.find((f) => f.text)?.text).toEqual(c.text)
  }
  if (c.notices !== undefined) {
    expect(type.notices?.([spec], output(c.output), 'web-01').map((d) => d.summary)).toEqual(c.notices)
  }
  if (c.step === undefined) return
  const step = type.steps(changeOf(type, c.step.verb, c.spec, have))
  expect(step.summary).toBe(c.step.summary)
  expect(step.reversibility).toBe(c.step.class)
  expect(step.access === true).toBe(c.step.access === true)
  if (step.access === true) expect(step.inverse).toBeDefined()
  expect(step.preimages?.map((p) => p.path) ?? []).toEqual(c.step.preimages ?? [])
  for (const text of c.step.has ?? []) expect(mask(step.script)).toContain(text)
  for (const text of c.step.hasNot ?? []) expect(mask(step.script)).not.toContain(text)
  for (const text of c.step.inverse ?? []) expect(step.inverse && mask(step.inverse)).toContain(text)
}
