import { expect, it } from 'vitest'
import type { Document } from '../model/document.ts'
import { graphOf, keyNamed } from './case-world.ts'
import { changedRules } from './changed-rules.ts'
import { parseCodeOwners } from './code-owners.ts'

const document = (kind: string, name: string, spec: object, owner?: string) =>
  ({
    apiVersion: 'plumbline/v1',
    kind,
    metadata: { name, ...(owner !== undefined && { owner }) },
    spec,
  }) as unknown as Document
const ana = { fullName: 'Ana', email: 'ana@example.org', sshKeys: [{ key: keyNamed('ana') }] }
const person = (more: object = {}) => document('Person', 'ana', { ...ana, ...more })
const changed = (before: readonly Document[], after: readonly Document[]) =>
  changedRules({ graph: graphOf(before) }, { graph: graphOf(after) })

it.each<[string, readonly Document[], readonly Document[], readonly string[]]>([
  ['another name of somebody', [person()], [person({ fullName: 'Ana B.' })], []],
  ['what is said as it is taken anyway', [person()], [person({ active: true, bot: false, accounts: [] })], []],
  ['another key', [person()], [person({ sshKeys: [{ key: keyNamed('eve') }] })], ['Person/ana']],
  ['somebody who left', [person()], [], ['Person/ana']],
  ['somebody new', [], [person()], ['Person/ana']],
  ['a freeze that is gone', [document('Freeze', 'june', { reason: 'x' })], [], ['Freeze/june']],
  ['how many at once', [document('Rollout', 'r', { batch: '25%' })], [document('Rollout', 'r', { batch: '50%' })], []],
  [
    'what happens when it fails',
    [document('Rollout', 'r', {})],
    [document('Rollout', 'r', { onFailure: 'rollback' })],
    ['Rollout/r'],
  ],
  [
    'which release is followed',
    [document('Environment', 'prod', { rollout: 'r' })],
    [document('Environment', 'prod', { rollout: 'r', follows: { release: 'platform/1.0.0' } })],
    [],
  ],
  ['a new document with an owner', [], [document('Profile', 'web', {}, 'team/web')], []],
  [
    'an owner where there was none',
    [document('Profile', 'web', {})],
    [document('Profile', 'web', {}, 'team/web')],
    ['Profile/web'],
  ],
  [
    'another owner',
    [document('Profile', 'web', {}, 'team/web')],
    [document('Profile', 'web', {}, 'team/db')],
    ['Profile/web'],
  ],
  ['what is owned is gone', [document('Profile', 'web', {}, 'team/web')], [], ['Profile/web']],
  ['what nobody owns is gone', [document('Profile', 'web', {})], [], []],
])('%s', (_, before, after, expected) => {
  expect(changed(before, after)).toEqual(expected)
  expect(changed(before, before)).toEqual([])
})

it('lines of CODEOWNERS, however they are commented', () => {
  const graph = graphOf([])
  const owned = (text: string) => ({ graph, codeOwners: parseCodeOwners('CODEOWNERS', text) })
  expect(changedRules(owned('* @ana\n'), owned('# who\n\n* @ana\n'))).toEqual([])
  expect(changedRules(owned('* @ana\n'), owned('* @eve\n'))).toEqual(['CODEOWNERS'])
  expect(changedRules(owned('* @ana\n'), { graph })).toEqual(['CODEOWNERS'])
})
