import { describe, expect, it } from 'vitest'
import { resourceTypes } from '../generated/registry.ts'
import type { JsonObject } from '../model/document.ts'
import { hostFile, importedHost } from './imported-host.ts'

const found = { name: 'web-01', facts: {}, at: '2026-11-22T10:00:00.000Z' }
const imported = (files: readonly JsonObject[]) =>
  importedHost(found, {
    discovered: new Map([['file', files.map((spec) => ({ spec }))]]),
    types: resourceTypes,
    engineUser: 'plumbline',
    declared: new Map(),
    invalid: () => undefined,
    knownSecret: (text) => (text.includes('PRIVATE KEY') ? 'a private key' : undefined),
  })
const sources = (files: readonly JsonObject[]) => imported(files).resources.map(({ spec }) => spec['source'])

describe('contents', () => {
  it('stand in the profile where they are short and plain, and beside it where not', () => {
    const long = 'a line\n'.repeat(40)
    const { resources, files } = imported([
      { path: '/etc/a', content: 'short\n', sha256: 'x' },
      { path: '/etc/b', content: long, mode: '0600' },
      { path: '/etc/c', base64: btoa('\0\u00ff') },
      { path: '/etc/d', content: 'dos\r\n' },
      { path: '/etc/e', content: 'trailing \n' },
    ])
    expect(resources.map(({ spec }) => spec)).toEqual([
      { path: '/etc/a', content: 'short\n' },
      { path: '/etc/b', source: 'files/web-01/etc/b', mode: '0600' },
      { path: '/etc/c', source: 'files/web-01/etc/c' },
      { path: '/etc/d', source: 'files/web-01/etc/d' },
      { path: '/etc/e', source: 'files/web-01/etc/e' },
    ])
    expect(files.get('files/web-01/etc/b')).toBe(long)
    expect(files.get('files/web-01/etc/c')).toEqual(Uint8Array.of(0, 255))
  })

  it('get names that stay in their folder, and one each', () => {
    const base64 = btoa('x')
    expect(
      sources(
        ['/etc/../../x', '/etc/.git/config', '/etc/a b', '/etc/a\tb', '/.'].map((path) => ({ path, base64 })),
      ).sort(),
    ).toEqual([
      'files/web-01/dot-',
      'files/web-01/etc/a_b',
      'files/web-01/etc/a_b_',
      'files/web-01/etc/dot-./dot-./x',
      'files/web-01/etc/dot-git/config',
    ])
  })

  it('that tell a secret are nowhere, however long they are', () => {
    const key = `${'x\n'.repeat(2000)}-----BEGIN PRIVATE KEY-----\n`
    const { resources, files, leftOut } = imported([
      { path: '/etc/k', content: key },
      { path: '/etc/b', base64: btoa(key) },
    ])
    expect(resources).toEqual([])
    expect([...files.keys()]).toEqual(['inventory/profiles/web-01.yaml'])
    expect(leftOut.map(({ what }) => what)).toEqual(['/etc/b', '/etc/k'])
  })
})

describe('the document of a host', () => {
  it('says when it was found, and what else it is told', () => {
    const os = { id: 'debian', name: 'Debian\u001b[2J 12\nkind: x', hostname: 'web-01' }
    const [path, text] = hostFile(
      { ...found, owner: 'team/web', facts: { os } },
      { address: '10.0.4.11', environment: 'prod' },
      { role: 'web' },
    )
    expect(path).toBe('inventory/hosts/web-01.yaml')
    expect(text).toBe(`# web-01, Debian [2J 12 kind: x, as it was found on 2026-11-22.
apiVersion: plumbline/v1
kind: Host
metadata: { name: web-01, owner: team/web, labels: { role: web } }
spec:
  address: 10.0.4.11
  environment: prod
`)
  })
})
