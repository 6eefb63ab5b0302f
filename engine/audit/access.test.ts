import { expect, it } from 'vitest'
import type { JsonObject } from '../model/document.ts'
import type { AppliedHost } from '../model/record.ts'
import type { Resource } from '../model/resource.ts'
import { type AccessQuestion, accessOn, leftOvers } from './access.ts'

const resource = (type: string, name: string, spec: JsonObject, via = 'AccessGrant/ops'): Resource => ({
  id: `${type}:${name}`,
  type,
  name,
  spec,
  declaredBy: [{ address: via as `AccessGrant/ops`, place: { file: 'x.yaml', line: 1, column: 1 } }],
  requires: [],
  restartOn: [],
})
const digest = (spec: JsonObject): string => `sha256:${JSON.stringify(spec)}`
const put = (spec: JsonObject, change = 'CHG-2026-00001') =>
  ({
    spec: digest(spec),
    state: 'sha256:0',
    created: true,
    change,
    commit: 'c',
    approvers: [],
    at: '2026-10-01T00:00:00Z',
  }) as const

const question = (resources: readonly Resource[], applied: Readonly<Record<string, object>> = {}): AccessQuestion => ({
  catalogue: { host: 'web-01', resources },
  applied: { apiVersion: 'plumbline/v1', kind: 'Applied', host: 'web-01', resources: applied } as AppliedHost,
  people: new Map([['nito', 'Person/n.ito']]),
  engine: { login: 'plumbline', sudo: true },
  digest,
  fingerprint: (key) => `SHA256:${key}`,
})

const user = { login: 'nito', groups: ['adm'], expires: '2026-12-31' }
const key = { user: 'nito', key: 'KEY', expires: '2026-12-31T18:00:00Z' }
const web = { name: 'ops.nito.1', subjects: ['nito'], commands: ['/usr/bin/systemctl restart nginx'] }
const all = { name: 'ops.nito.1', subjects: ['nito'], commands: ['ALL'] }

it('puts accounts, keys and rules of one login together, and tells what of it the host was told', () => {
  const wanted = [
    resource('user', 'nito', user),
    resource('authorizedKey', 'nito', key),
    resource('sudoRule', 'ops', web),
  ]
  const row = (applied: Readonly<Record<string, object>>) =>
    accessOn(question(wanted, applied)).find((r) => r.login === 'nito')
  expect(row({})).toEqual({
    ...{ host: 'web-01', login: 'nito', person: 'Person/n.ito', root: false, roles: [], groups: ['adm'] },
    sudo: [{ commands: ['/usr/bin/systemctl restart nginx'], runAs: 'root' }],
    keys: [{ fingerprint: 'SHA256:KEY', expires: '2026-12-31T18:00:00Z' }],
    ...{ expires: '2026-12-31', via: ['AccessGrant/ops'], onHost: 'not-applied', appliedBy: [] },
  })
  expect(row({ 'user:nito': put(user) })).toMatchObject({ onHost: 'partly', appliedBy: ['CHG-2026-00001'] })
  const some = { 'user:nito': put(user), 'authorizedKey:nito': put(key) }
  expect(row({ ...some, 'sudoRule:ops': put(all) })).toMatchObject({ onHost: 'partly' })
  expect(row({ ...some, 'sudoRule:ops': put(web, 'CHG-2026-00002') })).toMatchObject({
    onHost: 'applied',
    appliedBy: ['CHG-2026-00001', 'CHG-2026-00002'],
  })
})

it.each([
  ['a rule for everything as root', [resource('sudoRule', 'ops', all)], true],
  ['a rule for everything as anybody', [resource('sudoRule', 'ops', { ...all, runAs: 'ALL' })], true],
  ['a rule for everything as somebody else', [resource('sudoRule', 'ops', { ...all, runAs: 'postgres' })], false],
  ['a group that can', [resource('user', 'nito', { ...user, groups: ['docker'] })], true],
  ['a group that can not', [resource('user', 'nito', user)], false],
])('knows who can become root by %s', (_, resources, root) => {
  expect(accessOn(question(resources)).find((r) => r.login === 'nito')?.root).toBe(root)
})

it('counts the account of the engine, and no account that is to be absent', () => {
  const rows = accessOn(question([resource('user', 'gone', { login: 'gone', ensure: 'absent' })]))
  expect(rows).toMatchObject([{ login: 'plumbline', root: true, onHost: 'unmanaged', via: ['Host/web-01'] }])
})

it('names what was put on a host and is wanted there no longer', () => {
  const absent = { login: 'nito', ensure: 'absent' }
  const found = (resources: readonly Resource[], applied: Readonly<Record<string, object>>) =>
    leftOvers(question(resources, applied)).map((l) => l.resource)
  const applied = { 'user:nito': put(user), 'file:/etc/motd': put({}) }
  expect(found([resource('user', 'nito', user)], applied)).toEqual([])
  // A new wish is no removal.
  expect(found([resource('user', 'nito', { ...user, groups: [] })], applied)).toEqual([])
  expect(found([], applied)).toEqual(['user:nito'])
  expect(found([resource('user', 'nito', absent)], applied)).toEqual(['user:nito'])
  expect(found([resource('user', 'nito', absent)], { 'user:nito': put(absent) })).toEqual([])
})
