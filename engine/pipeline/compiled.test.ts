import { createHash } from 'node:crypto'

import { describe, expect, it } from 'vitest'
import { documentsIn, graphOf } from '../compile/test-graph.ts'
import { resourceTypes } from '../generated/registry.ts'
import { compiled } from './compiled.ts'
import type { CompiledEstate, EstateAt, PinnedRelease } from './estate-at.ts'
import type { World } from './world.ts'

/** What hosts get whose environment follows a release. */

const world = {
  types: resourceTypes,
  sha256: (d: string | Uint8Array) => createHash('sha256').update(d).digest('hex'),
  clock: { now: () => new Date('2026-11-22T12:00:00Z') },
} as unknown as World

const parts = (text: string) => ({
  graph: graphOf(documentsIn(text)),
  sources: () => undefined,
  secretFiles: new Map<string, Uint8Array>(),
  locate: () => ({ file: 'test.yaml', line: 1, column: 1 }),
})

const follow = (hosts: readonly string[], release: string, commit: string, text: string) => {
  const graph = graphOf(documentsIn(text))
  const estate = {
    graph,
    locate: () => ({ file: 'test.yaml', line: 1, column: 1 }),
    compile: compiled(world, { ...parts(text), pins: new Map() }),
  } as unknown as EstateAt
  const pinned: PinnedRelease = { release, commit, withdrawn: false, estate }
  return new Map(hosts.map((host) => [host, pinned]))
}

interface Said {
  readonly motd?: string
  readonly user?: string
  readonly port?: number
  readonly greeting?: string
  readonly active?: boolean
  readonly hosts?: readonly string[]
}

/** Two hosts, a profile with a template that lists people, and a grant. */
const estate = ({
  motd = 'one',
  port = 22,
  greeting = 'hello',
  active = true,
  hosts = ['a', 'b'],
}: Said = {}): string =>
  [
    ...hosts.map(
      (name) => `
kind: Host
metadata: { name: ${name} }
spec: { address: 10.0.0.1, environment: e, ssh: { port: ${port} }, variables: { greeting: ${greeting} } }`,
    ),
    `
kind: Person
metadata: { name: ben }
spec: { fullName: Ben, email: ben@example.org, login: ben, active: ${active}, sshKeys: [{ key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEV4YW1wbGVFeGFtcGxlRXhhbXBsZUV4YW1wbGUy" }] }`,
    `
kind: Role
metadata: { name: reader }
spec: { purpose: Reads }`,
    `
kind: AccessGrant
metadata: { name: g }
spec: { to: [person/ben], role: reader, on: { all: true }, expires: "2027-01-01T00:00:00Z", reason: Because }`,
    `
kind: Profile
metadata: { name: p }
spec:
  selector: { all: true }
  variables: { greeting: x }
  resources:
    - file: { path: /etc/motd, content: "${motd}" }
    - file: { path: /etc/people, template: "{{ greeting }} {{ documents.Person.ben.spec.active }}" }`,
    `
kind: FirewallRule
metadata: { name: web }
spec: { on: { all: true }, action: accept, protocol: tcp, ports: [80] }`,
  ].join('\n---')

const on = (side: CompiledEstate, host: string): Readonly<Record<string, unknown>> =>
  Object.fromEntries(side.host(host).resources.map((r) => [r.id, r.spec]))

const contentOf = (side: CompiledEstate, host: string, id: string): unknown =>
  (on(side, host)[id] as { content?: unknown } | undefined)?.content

describe('a host that follows a release', () => {
  const released = estate()
  const now = estate({ motd: 'two', greeting: 'good morning', port: 2222, active: false })
  const side = compiled(world, { ...parts(now), pins: follow(['a'], 'platform/1.0.0', 'c1', released) })

  it('gets its profiles, its own variables and its firewall from there', () => {
    expect(contentOf(side, 'a', 'file:/etc/motd')).toBe('one')
    expect(contentOf(side, 'b', 'file:/etc/motd')).toBe('two')
    expect(contentOf(side, 'a', 'file:/etc/people')).toMatch(/^hello /)
    expect(contentOf(side, 'b', 'file:/etc/people')).toMatch(/^good morning /)
  })

  it('gets people as they are now: accounts, and what a template says of them', () => {
    expect(on(side, 'a')['user:ben']).toEqual(on(side, 'b')['user:ben'])
    expect(on(side, 'a')['user:ben']).toMatchObject({ ensure: 'absent' })
    expect(contentOf(side, 'a', 'file:/etc/people')).toMatch(/ false$/)
  })

  it('lets the engine in where it comes now', () => {
    const ruleset = Object.entries(on(side, 'a')).find(([id]) => id.startsWith('firewall:'))?.[1]
    expect(JSON.stringify(ruleset)).toContain('2222')
  })

  it('gets access alone where the release does not know it, and a warning', () => {
    const later = compiled(world, {
      ...parts(estate({ hosts: ['a', 'b', 'c'] })),
      pins: follow(['c'], 'platform/1.0.0', 'c1', released),
    })
    expect(Object.keys(on(later, 'c')).map((id) => id.split(':')[0])).toEqual(['authorizedKey', 'user'])
    expect(later.diagnostics(['c'])).toContainEqual(expect.objectContaining({ code: 'host-not-released', host: 'c' }))
  })
})

describe('what differs between two commits', () => {
  const variants: readonly Said[] = [
    {},
    { motd: 'two' },
    { greeting: 'hi' },
    { active: false },
    { port: 2222 },
    { hosts: ['a', 'b', 'c'] },
  ]
  const pins: readonly (readonly [string, ReadonlyMap<string, PinnedRelease>])[] = [
    ['nothing', new Map()],
    ['a release for a', follow(['a'], 'platform/1.0.0', 'c1', estate())],
    ['another release for a', follow(['a'], 'platform/1.1.0', 'c2', estate({ motd: 'two' }))],
    ['a release for both', follow(['a', 'b'], 'platform/1.0.0', 'c1', estate())],
  ]
  const sides = variants.flatMap((said) => pins.map(([, p]) => compiled(world, { ...parts(estate(said)), pins: p })))

  it('is what comparing every catalogue finds', () => {
    for (const before of sides)
      for (const after of sides) {
        const names = after.graph.ofKind('Host').map((h) => h.document.metadata.name)
        const text = (estateSide: CompiledEstate, host: string): string =>
          estateSide.has(host)
            ? JSON.stringify(estateSide.host(host).resources.map(({ declaredBy: _, ...r }) => r))
            : ''
        const brute = names.filter((host) => text(before, host) !== text(after, host))
        expect(after.differing(before)).toEqual(brute)
        for (const host of after.heldBack(before).keys()) expect(brute).not.toContain(host)
      }
  })

  it('names hosts that a change leaves alone, since they follow a release', () => {
    const before = compiled(world, { ...parts(estate()), pins: follow(['a'], 'platform/1.0.0', 'c1', estate()) })
    const after = compiled(world, {
      ...parts(estate({ motd: 'two' })),
      pins: follow(['a'], 'platform/1.0.0', 'c1', estate()),
    })
    expect(after.differing(before)).toEqual(['b'])
    expect([...after.heldBack(before)]).toEqual([['a', 'platform/1.0.0']])
  })
})

it('leaves documents that break their schema alone until somebody asks for a host', () => {
  const broken = `
apiVersion: plumbline/v1
kind: Host
metadata: { name: web-01 }
spec: {}
---
apiVersion: plumbline/v1
kind: Profile
metadata: { name: motd }
spec: { selektor: { all: true } }
`
  expect(compiled(world, { ...parts(broken), pins: new Map() }).has('web-01')).toBe(true)
})
