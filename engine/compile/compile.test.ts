import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import type { Address } from '../model/address.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { JsonObject, LoadedDocument } from '../model/document.ts'
import type { Resource, ResourceType } from '../model/resource.ts'
import { type CompileInput, compile, createCompiler } from './compile.ts'
import { hostsAffected } from './hosts-affected.ts'
import { documentsIn, graphOf } from './test-graph.ts'

interface ExpectedResource {
  readonly id: string
  readonly spec?: JsonObject
  readonly by?: readonly string[]
  readonly requires?: readonly string[]
  readonly restartOn?: readonly string[]
}

interface Case {
  readonly title: string
  readonly documents: string
  readonly sources?: Record<string, string>
  /** Files below secrets/, as text. */
  readonly secrets?: Record<string, string>
  readonly now?: string
  /** Grant → when it began. */
  readonly starts?: Record<string, string>
  readonly catalogues?: Record<string, readonly ExpectedResource[]>
  readonly links?: readonly string[]
  readonly diagnostics?: readonly Partial<Diagnostic>[]
}

const folder = 'engine/resources'
const types = new Map<string, ResourceType>()
for (const entry of readdirSync(folder, { withFileTypes: true })) {
  if (!entry.isDirectory()) continue
  const found = (await import(`../resources/${entry.name}/index.ts`)) as { resource: ResourceType }
  types.set(entry.name, found.resource)
}

function inputOf(
  documents: readonly LoadedDocument[],
  { sources = {}, secrets = {}, now, starts = {} }: Partial<Case> = {},
): CompileInput {
  return {
    graph: graphOf(documents),
    sources: (path) => (sources[path] === undefined ? undefined : Buffer.from(sources[path], 'base64')),
    secretFiles: new Map(Object.entries(secrets).map(([path, text]) => [path, Buffer.from(text)])),
    types,
    locate: (document) => ({ file: document.file, line: 1, column: 1 }),
    sha256: (data) => createHash('sha256').update(data).digest('hex'),
    now: new Date(now ?? '2026-11-22T00:00:00Z'),
    starts: new Map(Object.entries(starts).map(([grant, at]) => [grant as Address, Date.parse(at)])),
  }
}

function shown(resource: Resource, like: ExpectedResource | undefined): ExpectedResource {
  const only = like?.spec === undefined ? undefined : Object.keys(like.spec)
  return {
    id: resource.id,
    ...(only && { spec: Object.fromEntries(Object.entries(resource.spec).filter(([key]) => only.includes(key))) }),
    ...(like?.by && { by: resource.declaredBy.map((d) => d.address) }),
    ...(like?.requires && { requires: resource.requires }),
    ...(like?.restartOn && { restartOn: resource.restartOn }),
  }
}

for (const file of readdirSync('engine/compile/cases')) {
  describe(file, () => {
    for (const case_ of load(readFileSync(join('engine/compile/cases', file), 'utf8')) as Case[]) {
      it(case_.title, () => {
        const compiled = compile(inputOf(documentsIn(case_.documents), case_))
        for (const [host, expected] of Object.entries(case_.catalogues ?? {})) {
          const resources = compiled.catalogues.get(host)?.resources ?? []
          const likeById = new Map(expected.map((e) => [e.id, e]))
          expect(resources.map((r) => shown(r, likeById.get(r.id)))).toEqual(
            [...expected].sort((a, b) => (a.id < b.id ? -1 : 1)),
          )
        }
        const wanted = case_.diagnostics ?? []
        expect(compiled.diagnostics.map((d) => d.code).sort()).toEqual(wanted.map((d) => d.code).sort())
        for (const d of wanted) expect(compiled.diagnostics).toContainEqual(expect.objectContaining(d))
        if (case_.links) expect(compiled.links.map((l) => `${l.from} → ${l.to}`)).toEqual(case_.links)
      })
    }
  })
}

const estate = (readFileSync('engine/compile/cases/access.yaml', 'utf8') && [
  ...documentsIn((load(readFileSync('engine/compile/cases/access.yaml', 'utf8')) as Case[])[3]?.documents ?? ''),
  ...documentsIn((load(readFileSync('engine/compile/cases/profiles.yaml', 'utf8')) as Case[])[0]?.documents ?? ''),
]) as LoadedDocument[]

it('gives the same catalogues in whatever order and files documents are loaded', () => {
  const plain = (documents: readonly LoadedDocument[]) =>
    [...compile(inputOf(documents)).catalogues].map(([host, c]) => [
      host,
      c.resources.map(({ declaredBy, ...rest }) => ({ ...rest, by: declaredBy.map((d) => d.address) })),
    ])
  const expected = plain(estate)
  fc.assert(
    fc.property(
      fc.shuffledSubarray(estate, { minLength: estate.length, maxLength: estate.length }),
      fc.array(fc.string(), { minLength: estate.length, maxLength: estate.length }),
      (documents, files) => {
        const moved = documents.map((d, i) => ({ ...d, file: files[i] ?? 'x', index: i }))
        const graph = { ...graphOf(moved), ofKind: (kind: string) => moved.filter((d) => d.document.kind === kind) }
        const compiled = compile({ ...inputOf(moved), graph })
        expect(
          [...compiled.catalogues].map(([host, c]) => [
            host,
            c.resources.map(({ declaredBy, ...rest }) => ({ ...rest, by: declaredBy.map((d) => d.address) })),
          ]),
        ).toEqual(expected)
      },
    ),
    { numRuns: 30 },
  )
})

it('looks up no place until somebody asks for one', () => {
  let asked = 0
  const input = inputOf(estate)
  const compiler = createCompiler({ ...input, locate: (d) => ({ file: d.file, line: ++asked, column: 1 }) })
  const { catalogue } = compiler.compileHost('web-01')
  expect(asked).toBe(0)
  expect(catalogue.resources[0]?.declaredBy[0]?.place.line).toBe(1)
})

describe('hosts affected', () => {
  const side = (documents: readonly LoadedDocument[], sources: Record<string, string> = {}) => ({
    graph: graphOf(documents),
    sources: (path: string) => (sources[path] === undefined ? undefined : Buffer.from(sources[path])),
  })
  const text = `
{ kind: Host, metadata: { name: a, labels: { role: web } }, spec: { address: 10.0.0.1, environment: prod } }
---
{ kind: Host, metadata: { name: b, labels: { role: db } }, spec: { address: 20.0.0.2, environment: prod } }
---
{ kind: Host, metadata: { name: c, labels: { role: web } }, spec: { address: 30.0.0.3, environment: prod } }
---
{ kind: Profile, metadata: { name: web }, spec: { selector: { labels: { role: web } }, resources: [{ file: { path: /x, source: files/x } }] } }
---
{ kind: Role, metadata: { name: op }, spec: { purpose: x } }
---
{ kind: Person, metadata: { name: p }, spec: { fullName: P, login: pp } }
---
{ kind: Team, metadata: { name: t }, spec: { members: [p] } }
---
{ kind: AccessGrant, metadata: { name: g }, spec: { to: [Team/t], role: op, on: { hosts: [b] }, expires: "2030-01-01T00:00:00Z" } }
---
{ kind: FirewallRule, metadata: { name: f }, spec: { on: { hosts: [b] }, from: { hosts: { hosts: [c] } }, action: accept } }
`
  const base = side(documentsIn(text), { 'files/x': '1' })
  it.each([
    ['nothing', '', '', []],
    ['a host', 'address: 1', 'address: 9', ['a']],
    ['a profile that now selects others', 'role: web } }, resources', 'role: db } }, resources', ['a', 'b', 'c']],
    ['a role', 'purpose: x', 'purpose: y', ['b']],
    ['a person in a team', 'login: pp', 'login: pq', ['b']],
    ['an address that a firewall rule lets in', 'address: 3', 'address: 9', ['b', 'c']],
    ['a firewall rule', 'action: accept', 'action: drop', ['b']],
    ['a label', 'name: c, labels: { role: web }', 'name: c, labels: { role: db }', ['c']],
  ])('by %s', (_what, from, to, hosts) => {
    expect(hostsAffected(base, side(documentsIn(text.replace(from, to)), { 'files/x': '1' }))).toEqual(hosts)
  })
  it('by documents that a template reads, and by no others', () => {
    const reader = (template: string) =>
      `${text}\n---\n{ kind: Profile, metadata: { name: reader }, spec: { selector: { hosts: [b] }, resources: [{ file: { path: /r, template: "${template}" } }] } }\n---\n{ kind: Service, metadata: { name: shop }, spec: { tier: 1 } }`
    const affected = (template: string) =>
      hostsAffected(
        side(documentsIn(reader(template)), { 'files/x': '1' }),
        side(documentsIn(reader(template).replace('tier: 1', 'tier: 2')), { 'files/x': '1' }),
      )
    expect(affected('{{ documents.Service.shop.spec.tier }}')).toEqual(['b'])
    expect(affected("{{ documents['Service'].shop.spec.tier }}")).toEqual(['b'])
    expect(affected('{% assign d = documents %}{{ d.Service.shop.spec.tier }}')).toEqual(['b'])
    expect(affected('{{ documents.Team.t.spec.tier }}')).toEqual([])
  })
  it('by a source file', () => {
    expect(hostsAffected(base, side(documentsIn(text), { 'files/x': '2' }))).toEqual(['a', 'c'])
  })
})
