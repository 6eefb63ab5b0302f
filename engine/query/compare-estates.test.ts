import { describe, expect, it } from 'vitest'
import type { JsonObject, LoadedDocument } from '../model/document.ts'
import type { Facts } from '../model/facts.ts'
import type { Graph } from '../model/graph.ts'
import type { Observation, Resource, ResourceId } from '../model/resource.ts'
import { compareEstates, type EstateSide } from './compare-estates.ts'
import { differences } from './differences.ts'

describe('differences', () => {
  it.each([
    [{ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 }, []],
    [{ a: 1 }, { a: 2 }, [{ path: 'a', before: 1, after: 2 }]],
    [{ a: { b: { c: 1 } } }, { a: { b: {} } }, [{ path: 'a.b.c', before: 1 }]],
    [['x', 'y'], ['y', 'x'], []],
    [{ g: ['x'] }, { g: ['x', 'y'] }, [{ path: 'g', before: ['x'], after: ['x', 'y'] }]],
    [
      { l: [{ name: 'a', v: 1 }, { name: 'b' }] },
      { l: [{ name: 'b' }, { name: 'a', v: 2 }] },
      [{ path: 'l[a].v', before: 1, after: 2 }],
    ],
    [{ l: [{ v: 1 }] }, { l: [{ v: 2 }] }, [{ path: 'l', before: [{ v: 1 }], after: [{ v: 2 }] }]],
    [{ a: [] }, { a: [{ name: 'n' }] }, [{ path: 'a[n]', after: { name: 'n' } }]],
    [{ a: null }, { a: {} }, [{ path: 'a', before: null, after: {} }]],
    [{}, JSON.parse('{"__proto__": 1}'), [{ path: '__proto__', after: 1 }]],
  ])('%j and %j', (before, after, expected) => {
    expect(differences(before, after)).toEqual(expected)
  })
})

interface Given {
  readonly spec?: JsonObject
  readonly resources?: Readonly<Record<string, JsonObject>>
  readonly facts?: Facts
  readonly states?: Readonly<Record<string, Observation>>
}

function side({ spec = {}, resources = {}, facts, states = {} }: Given): EstateSide {
  const document = { apiVersion: 'plumbline/v1', kind: 'Host', metadata: { name: 'a' }, spec }
  const loaded: LoadedDocument = { address: 'Host/a', document, file: 'x.yaml', index: 0, line: 1 }
  const list = Object.entries(resources).map(([id, wanted]): Resource => {
    const [type = '', name = ''] = id.split(':')
    return { id: id as ResourceId, type, name, spec: wanted, declaredBy: [], requires: [], restartOn: [] }
  })
  const at = '2026-10-01T12:00:00Z'
  const observations = new Map(Object.entries(states)) as ReadonlyMap<ResourceId, Observation>
  const seen = {
    host: 'a',
    digest: `sha256:${JSON.stringify([facts, states])}`,
    since: at,
    seen: at,
    unknown: {},
    observations,
  } as const
  return {
    graph: { documents: new Map([['Host/a', loaded]]) } as unknown as Graph,
    hosts: ['a'],
    catalogue: () => ({ host: 'a', resources: list }),
    seen: new Map(facts === undefined ? [] : [['a', { ...seen, facts }]]),
  }
}

describe('two states of the estate', () => {
  it('are the same where nothing differs', () => {
    const same: Given = { spec: { a: 1 }, resources: { 'file:/x': { path: '/x' } }, facts: { packages: [] } }
    expect(compareEstates(side(same), side(same))).toEqual({ documents: [], hosts: [], unseen: [] })
  })

  it('differ in documents, in what is wanted and in what was seen', () => {
    const before = side({
      spec: { rack: { unit: 1 } },
      resources: { 'file:/x': { mode: '0644' }, 'package:curl': {} },
      facts: {
        packages: [
          { name: 'openssl', version: '3.0.9', architecture: 'amd64' },
          { name: 'telnet', version: '1' },
          { name: 'nginx', version: '1.22.1-9' },
        ],
        listeners: [{ protocol: 'tcp', address: '0.0.0.0', port: 22, process: 'sshd' }],
        mounts: [{ path: '/', source: '/dev/vda1', type: 'ext4', used: 1 }],
        kernel: { release: '6.1.0-18', version: 'x' },
        uptime: { since: '2026-01-01T00:00:00Z', seconds: 1 },
      },
      states: {
        'file:/x': { status: 'present', state: { mode: '0644' } },
        'file:/y': { status: 'unknown', unknown: { reason: 'r', detail: '' } },
        'file:/z': { status: 'present', state: {} },
      },
    })
    const after = side({
      spec: { rack: { unit: 2 } },
      resources: { 'file:/x': { mode: '0600' }, 'service:nginx': {} },
      facts: {
        packages: [
          { name: 'openssl', version: '3.0.15', architecture: 'amd64' },
          { name: 'nginx', version: '1.22.1-9~bpo1' },
          { name: 'curl', version: '2' },
        ],
        listeners: [{ protocol: 'tcp', address: '0.0.0.0', port: 80, process: 'nginx' }],
        mounts: [{ path: '/', source: '/dev/vda1', type: 'ext4', used: 2 }],
        kernel: { release: '6.1.0-20', version: 'x' },
        uptime: { since: '2026-02-01T00:00:00Z', seconds: 2 },
        users: [],
      },
      states: {
        'file:/x': { status: 'absent' },
        'file:/y': { status: 'present', state: {} },
        'file:/z': { status: 'unknown', unknown: { reason: 'r', detail: '' } },
      },
    })
    const { documents, hosts } = compareEstates(before, after)
    expect(documents).toEqual([
      { what: 'changed', name: 'Host/a', fields: [{ path: 'spec.rack.unit', before: 1, after: 2 }] },
    ])
    const brief = (list: readonly { what: string; name: string }[]) => list.map((c) => `${c.what} ${c.name}`)
    expect(brief(hosts[0]?.resources ?? [])).toEqual(['changed file:/x', 'removed package:curl', 'added service:nginx'])
    expect(brief(hosts[0]?.states ?? [])).toEqual(['removed file:/x'])
    expect(brief(hosts[0]?.facts ?? [])).toEqual([
      'changed kernel',
      'added curl',
      'downgraded nginx',
      'upgraded openssl:amd64',
      'removed telnet',
      'removed tcp 0.0.0.0:22',
      'added tcp 0.0.0.0:80',
    ])
  })

  it('says of which hosts nothing is known, and concludes nothing', () => {
    const { hosts, unseen } = compareEstates(side({}), side({ facts: { packages: [{ name: 'x', version: '1' }] } }))
    expect({ hosts, unseen }).toEqual({ hosts: [], unseen: ['a'] })
  })

  it('never shows what a sensitive file is to hold', () => {
    const [one, two] = ['secret one', 'secret two'].map((content) =>
      side({ resources: { 'file:/x': { path: '/x', sensitive: true, content } } }),
    )
    if (one === undefined || two === undefined) throw new Error('never')
    expect(JSON.stringify(compareEstates(one, two))).not.toContain('secret')
  })
})
