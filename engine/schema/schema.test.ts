import { describe, expect, it } from 'vitest'
import { fragments, kinds } from '../generated/kinds.ts'
import { resourceTypes } from '../generated/registry.ts'
import { validators } from '../generated/validators.js'
import type { Json, JsonObject } from '../model/document.ts'
import { editorSchemas } from './editor-schemas.ts'
import { explainKind, explanationText } from './explain-kind.ts'
import { isObject } from './is-object.ts'
import { linearPattern } from './linear-pattern.ts'
import { nearest } from './nearest.ts'
import { readKinds, type SchemaFile } from './read-kinds.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const own = (text: string, path = 'schemas/garden/Tree.yaml') =>
  readKinds([{ path, bytes: bytes(text) }], kinds, fragments)
const tree = `
title: Tree
description: A tree.
type: object
required: [height]
properties:
  height: { description: In metres., type: number }
  code: { description: A word., type: string, pattern: "^(a+)+$" }
  on: { $ref: "urn:plumbline:v1:selector" }
  planter: { description: Who planted it., type: string, ref: Person }
examples: [{ height: 3, code: aaa, on: { all: true } }]
`

/** Every schema below a schema that stands for a value a person writes. */
function properties(schema: Json, path: string): [string, JsonObject][] {
  if (Array.isArray(schema)) return schema.flatMap((s, i) => properties(s, `${path}[${i}]`))
  if (!isObject(schema)) return []
  return Object.entries(schema).flatMap(([key, value]) => {
    if (key === 'examples' || key === 'default') return []
    if (key !== 'properties' || !isObject(value)) return properties(value, `${path}.${key}`)
    return Object.entries(value).flatMap(([name, child]) => [
      ...(isObject(child) ? [[`${path}.${name}`, child] as [string, JsonObject]] : []),
      ...properties(child, `${path}.${name}`),
    ])
  })
}

describe('built-in schemas', () => {
  it.each(
    [...kinds.values()].map((kind) => [kind.name, kind] as const),
  )('%s has examples and they are valid', (name, kind) => {
    const { examples } = kind.schema
    expect(Array.isArray(examples) && examples.length > 0).toBe(true)
    for (const spec of Array.isArray(examples) ? examples : []) {
      const validate = validators.get(name)
      validate?.({ apiVersion: 'plumbline/v1', kind: name, metadata: { name: 'example' }, spec })
      expect(validate?.errors ?? []).toEqual([])
    }
    expect(kind.schema['title']).toBe(name)
    expect(kind.schema['description']).toBeTruthy()
  })

  it('describes every property', () => {
    const all = [...kinds.values()].flatMap((kind) => properties(kind.schema, kind.name))
    const bare = all.filter(
      ([, s]) => s['description'] === undefined && s['$ref'] === undefined && s['const'] === undefined,
    )
    expect(bare.map(([path]) => path)).toEqual([])
  })

  it('has no pattern that needs more than linear time', () => {
    const all = [...kinds.values()].flatMap((kind) => properties(kind.schema, kind.name))
    const patterns = all.flatMap(([, s]) => (typeof s['pattern'] === 'string' ? [s['pattern']] : []))
    expect(patterns.filter((p) => 'refused' in linearPattern(p))).toEqual([])
  })
})

describe('readKinds', () => {
  it('reads a kind of the estate’s own and validates with it', async () => {
    const { kinds: found, validators: own_, diagnostics } = await own(tree)
    expect(diagnostics).toEqual([])
    expect(found.get('Tree')).toMatchObject({ name: 'Tree', domain: 'garden', file: 'schemas/garden/Tree.yaml' })
    const document = (spec: Json) => ({ apiVersion: 'plumbline/v1', kind: 'Tree', metadata: { name: 't' }, spec })
    const validate = own_.get('Tree')
    expect(validate?.(document({ height: 2 }))).toBe(true)
    expect(validate?.(document({ height: 'x' }))).toBe(false)
    expect(validate?.(document({ height: 2, on: { nothing: 1 } }))).toBe(false)
    expect(validate?.(document({ height: 2, code: `${'a'.repeat(5000)}!` }))).toBe(false)
  })

  it.each([
    ['not YAML', 'a: [', 'schema-invalid'],
    ['a list', '- a', 'schema-invalid'],
    ['another title', tree.replace('title: Tree', 'title: Bush'), 'schema-invalid'],
    ['no map', 'title: Tree\ntype: string', 'schema-invalid'],
    ['an unknown keyword', tree.replace('type: object', 'type: object\nfoo: 1'), 'schema-invalid'],
    ['a reference to nothing', tree.replace('v1:selector', 'v1:nothing'), 'schema-invalid'],
    ['a broken example', tree.replace('height: 3', 'height: x'), 'schema-invalid'],
    ['look-around', tree.replace('^(a+)+$', '(?=a)a'), 'schema-pattern'],
    ['back-references', tree.replace('^(a+)+$', '(a)\\\\1'), 'schema-pattern'],
  ])('refuses %s', async (_what, text, code) => {
    const { kinds: found, diagnostics } = await own(text)
    expect(diagnostics).toMatchObject([{ code, file: 'schemas/garden/Tree.yaml', line: 1 }])
    expect(found.size).toBe(0)
  })

  it('does not let a built-in kind be replaced, and reads good ones beside bad ones', async () => {
    const files: SchemaFile[] = [
      { path: 'schemas/x/Host.yaml', bytes: bytes(tree.replace('title: Tree', 'title: Host')) },
      {
        path: 'schemas/x/Tree.yaml',
        bytes: bytes(tree.replace('urn:plumbline:v1:selector', 'urn:plumbline:v1:place')),
      },
      {
        path: 'schemas/x/place.yaml',
        bytes: bytes('type: object\nproperties: { all: { description: x, type: boolean } }'),
      },
      { path: 'schemas/x/Bad.yaml', bytes: new Uint8Array([0xff]) },
    ]
    const { kinds: found, diagnostics } = await readKinds(files, kinds, fragments)
    expect([...found.keys()]).toEqual(['Tree'])
    expect(diagnostics.map((d) => d.file)).toEqual(['schemas/x/Bad.yaml', 'schemas/x/Host.yaml'])
  })
})

describe('explainKind', () => {
  it('explains a field', () => {
    const found = explainKind(kinds, 'host.ssh.port')
    expect(found).toMatchObject({
      explanation: {
        name: 'Host.ssh.port',
        type: 'whole number',
        default: 22,
        minimum: 1,
        maximum: 65535,
        required: false,
        example: 22,
      },
    })
  })

  it('explains a kind, through lists and fragments', () => {
    const found = explainKind(kinds, 'Profile')
    const text = 'explanation' in found ? explanationText(found.explanation) : ''
    expect(text).toContain('Profile  (systems)')
    expect(text).toMatch(/\* selector +map +Which hosts are meant/)
    expect(explainKind(kinds, 'AccessGrant.on.labels')).toMatchObject({ explanation: { type: 'map' } })
    expect(explainKind(kinds, 'Role.sudo[].commands')).toMatchObject({
      explanation: { required: true, type: 'list of text' },
    })
    expect(explainKind(kinds, 'Person.spec.sshKeys.use')).toMatchObject({
      explanation: { allowed: ['signing', 'login', 'both'] },
    })
    expect(explainKind(kinds, 'Environment.rollout')).toMatchObject({
      explanation: { refersTo: ['Rollout'], required: true },
    })
  })

  it('explains every field of every kind', () => {
    for (const kind of kinds.values()) {
      const found = explainKind(kinds, kind.name)
      if (!('explanation' in found)) throw new Error(kind.name)
      for (const field of found.explanation.fields) {
        const below = explainKind(kinds, `${kind.name}.${field.name}`)
        expect(below).toMatchObject({ explanation: { description: expect.stringMatching(/./) } })
      }
    }
  })

  it('says what was probably meant', () => {
    expect(explainKind(kinds, 'Hosts')).toEqual({ unknown: 'there is no kind Hosts', didYouMean: 'Host' })
    expect(explainKind(kinds, 'Host.ssh.prot')).toEqual({
      unknown: 'Host.ssh has no field prot',
      didYouMean: 'Host.ssh.port',
    })
  })
})

describe('editorSchemas', () => {
  it('writes one schema a kind, one that chooses, and the mapping', () => {
    const files = new Map(
      editorSchemas(kinds, fragments, ['inventory/**/*.yaml']).map((f) => [f.path, JSON.parse(f.text) as JsonObject]),
    )
    expect(files.size).toBe(kinds.size + 2)
    const host = files.get('.plumbline/schemas/Host.json')
    expect(host).toMatchObject({
      title: 'Host',
      properties: { kind: { const: 'Host' }, spec: { properties: { address: {} } } },
    })
    expect(JSON.stringify(host)).not.toMatch(/"ref":|"unique":|"allocate":/)
    // What may be asked for is right in an editor, too.
    const { address } = (host as { properties: { spec: { properties: JsonObject } } }).properties.spec.properties
    expect(address).toMatchObject({ anyOf: [{ type: 'string' }, { type: 'object', required: ['from'] }] })
    expect(files.get('.vscode/settings.json')).toMatchObject({
      'yaml.schemas': { './.plumbline/schemas/document.json': ['inventory/**/*.yaml'] },
    })
    expect(JSON.stringify(files.get('.plumbline/schemas/Profile.json'))).toContain('"#/$defs/selector"')
  })
})

describe('nearest', () => {
  it('finds small slips and nothing far away', () => {
    expect(nearest('port', ['prot', 'jump'])).toBe('prot')
    expect(nearest('web-o1', ['web-01', 'web-02'])).toBe('web-01')
    expect(nearest('HOST', ['Host'])).toBe('Host')
    expect(nearest('x', ['environment'])).toBeUndefined()
  })
})

it('knows the schema of every resource type', () => {
  const item = fragments.get('urn:plumbline:v1:resource')
  expect(Object.keys(item?.['properties'] as JsonObject).sort()).toEqual([...resourceTypes.keys()].sort())
})
