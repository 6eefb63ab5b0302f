import { expect, it } from 'vitest'
import { documentsIn, graphOf } from '../compile/test-graph.ts'
import { proposedTargets } from './targets.ts'

const host = (name: string, spec: string): string =>
  `apiVersion: plumbline/v1\nkind: Host\nmetadata: { name: ${name} }\nspec: { environment: prod, ${spec} }\n`
const estate = (...hosts: readonly string[]) => graphOf(documentsIn(hosts.join('---\n')))

const gate = host('gate', 'address: 10.0.0.1')
const base = estate(gate, host('web', 'address: 10.0.0.2, ssh: { jump: gate }'), host('db', 'address: 10.0.0.3'))

it.each([
  ['nothing of how hosts are reached', [gate, 'web', 'db'], []],
  ['another address', [gate, 'web', host('db', 'address: evil.example')], ['db']],
  [
    'the machine that plans in place of a host',
    [gate, 'web', host('db', 'address: 10.0.0.3, ssh: { transport: local }')],
    ['db'],
  ],
  ['another key of a host', [gate, 'web', host('db', 'address: 10.0.0.3, hostKeys: [ssh-ed25519 AAAA]')], ['db']],
  [
    'another way to the host that one goes through',
    [host('gate', 'address: evil.example'), 'web', 'db'],
    ['gate', 'web'],
  ],
  ['a host', [gate, 'web', 'db', host('new', 'address: 10.0.0.4')], ['new']],
])('a change that brings %s is known by it', (_, hosts, marked) => {
  const known: Readonly<Record<string, string>> = {
    web: host('web', 'address: 10.0.0.2, ssh: { jump: gate }'),
    db: host('db', 'address: 10.0.0.3'),
  }
  const targets = proposedTargets(estate(...hosts.map((h) => known[h] ?? h)), base)
  expect([...targets].flatMap(([name, target]) => (target.proposed === true ? [name] : []))).toEqual(marked)
})
