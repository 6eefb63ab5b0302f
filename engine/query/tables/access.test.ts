import { expect, it } from 'vitest'
import type { JsonObject, LoadedDocument } from '../../model/document.ts'
import type { Facts } from '../../model/facts.ts'
import type { Graph } from '../../model/graph.ts'
import type { Catalogue, Resource } from '../../model/resource.ts'
import { runQuery } from '../run-query.ts'
import type { Sources } from '../table.ts'
import { access } from './access.ts'

const loaded = (kind: string, name: string, spec: JsonObject): LoadedDocument => ({
  address: `${kind}/${name}`,
  document: { apiVersion: 'plumbline/v1', kind, metadata: { name }, spec },
  file: 'x.yaml',
  index: 0,
  line: 1,
})
const documents = [
  loaded('Host', 'db-01', { ssh: { user: 'plumbline' } }),
  loaded('Person', 'n.ito', { login: 'nito', sshKeys: [{ key: 'ssh-ed25519 ITO' }] }),
]
const resource = (type: string, name: string, spec: JsonObject): Resource => ({
  id: `${type}:${name}`,
  type,
  name,
  spec,
  declaredBy: [{ address: 'AccessGrant/ops', place: { file: 'x.yaml', line: 1, column: 1 } }],
  requires: [],
  restartOn: [],
})

/** Who can become root, as `login how`, or all ways. */
function ways(options: { readonly resources?: readonly Resource[]; readonly facts?: Facts; readonly all?: true }) {
  const catalogue: Catalogue = { host: 'db-01', resources: options.resources ?? [] }
  const at = '2026-10-01T12:00:00Z'
  const seen = { host: 'db-01', digest: 'sha256:0', since: at, seen: at, unknown: {}, observations: new Map() } as const
  const answer = runQuery(access, options.all === true ? {} : { where: 'root && how != "the engine logs in"' }, {
    graph: { ofKind: (kind: string) => documents.filter((d) => d.document.kind === kind) } as unknown as Graph,
    catalogue: () => catalogue,
    seen: new Map(options.facts === undefined ? [] : [['db-01', { ...seen, facts: options.facts }]]),
    changes: [],
    fingerprint: (key) => `SHA256:${key.split(' ')[1]}`,
    now: new Date(at),
  } satisfies Sources)
  if ('refused' in answer) throw new Error('refused')
  return answer.rows.map(
    (r) => `${r['source']} ${r['login']}${r['person'] === null ? '' : `=${r['person']}`} ${r['how']}`,
  )
}

const user = (name: string, uid: number, over: object = {}) => ({
  ...{ name, uid, gid: uid, home: `/home/${name}`, shell: '/bin/bash', groups: [name], locked: true },
  ...over,
})

it('counts what documents give: rules of sudo, groups, keys of root, and the engine itself', () => {
  const resources = [
    resource('user', 'nito', { login: 'nito', groups: ['adm', 'docker'] }),
    resource('user', 'gone', { login: 'gone', groups: ['sudo'], ensure: 'absent' }),
    resource('sudoRule', 'ops.nito.1', { name: 'ops.nito.1', subjects: ['nito'], commands: ['ALL'] }),
    resource('sudoRule', 'web', { name: 'web', subjects: ['%web'], commands: ['/usr/bin/systemctl restart nginx'] }),
    resource('sudoRule', 'pg', { name: 'pg', subjects: ['nito'], commands: ['ALL'], runAs: 'postgres' }),
    resource('authorizedKey', 'root', { user: 'root', key: 'ssh-ed25519 ITO' }),
  ]
  expect(ways({ resources })).toEqual([
    'desired nito=Person/n.ito member of docker',
    'desired nito=Person/n.ito sudo ALL',
    'desired root key SHA256:ITO',
  ])
  expect(ways({ resources, all: true })).toEqual(
    expect.arrayContaining([
      'desired plumbline the engine logs in',
      'desired %web sudo /usr/bin/systemctl restart nginx',
    ]),
  )
})

it('counts what the host says, whether or not anybody declared it', () => {
  const facts: Facts = {
    users: [
      user('root', 0, { locked: false }),
      user('toor', 0, { shell: '/bin/sh' }),
      user('nito', 1000, { groups: ['nito', 'sudo'] }),
      user('eve', 1001, { groups: ['lxd'] }),
      user('deploy', 1002),
      user('daemon', 1, { shell: '/usr/sbin/nologin' }),
    ],
    keys: [
      { user: 'toor', fingerprint: 'SHA256:ITO', comment: 'laptop' },
      { user: 'deploy', fingerprint: 'SHA256:other' },
    ],
    sudoers: [
      { file: '/etc/sudoers', rule: 'Cmnd_Alias WEB = /usr/bin/systemctl restart nginx' },
      { file: '/etc/sudoers', rule: '%sudo ALL=(ALL:ALL) ALL' },
      { file: '/etc/sudoers.d/deploy', rule: 'deploy ALL=(root) NOPASSWD: WEB' },
      { file: '/etc/sudoers.d/odd', rule: 'nobody knows what' },
    ],
  }
  expect(ways({ facts })).toEqual([
    'observed root password',
    'observed toor=Person/n.ito key SHA256:ITO',
    'observed nito=Person/n.ito sudo ALL',
    'observed eve member of lxd',
    'observed ALL sudo not understood: nobody knows what',
  ])
  expect(ways({ facts, all: true })).toContain('observed deploy sudo WEB')
})

it('errs on the safe side where rules of sudo could not be seen', () => {
  expect(ways({ facts: { users: [user('nito', 1000, { groups: ['sudo'] })] } })).toEqual([
    'observed nito=Person/n.ito member of sudo',
  ])
})
