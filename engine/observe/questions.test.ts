import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ProbeOutput, Resource, ResourceType, Unknown } from '../model/resource.ts'
import { read } from '../model/script.ts'
import { Questions } from './questions.ts'

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
const gap: Unknown = { reason: 'cut-off', detail: 'the cable' }

/** A type whose resources are what the host said. */
const echo = (name: string): ResourceType =>
  ({
    name,
    probe: () => read`:`,
    parse: (specs: readonly unknown[], output: ProbeOutput) =>
      specs.map(() => ({ status: 'present', state: { said: output.stdout, err: output.stderr, code: output.code } })),
  }) as unknown as ResourceType
const types = new Map(['one', 'two'].map((name) => [name, echo(name)]))
const resources = ['one', 'two'].map((type) => ({ id: `${type}:x`, type, name: 'x', spec: {} }) as unknown as Resource)
const word = fc.constantFrom('', 'a', 'b')
const answer = fc.record({ stdout: word, stderr: word, code: fc.nat(1) })
/** Of some hosts the first answer is missing. */
const host = fc.record({ one: fc.option(answer), two: answer })

it('reads of each host what it said itself, whatever others have said before', () => {
  fc.assert(
    fc.property(fc.array(host, { maxLength: 12 }), (hosts) => {
      const shared = new Questions(resources, types)
      for (const said of hosts) {
        const sections = new Map<string, ProbeOutput>([['two', said.two]])
        if (said.one !== null) sections.set('one', said.one)
        expect(shared.read(sections, gap, sha256)).toEqual(new Questions(resources, types).read(sections, gap, sha256))
      }
    }),
  )
})

it('holds once what hosts say alike', () => {
  const questions = new Questions(resources, types)
  const said = () => new Map(['one', 'two'].map((type) => [type, { stdout: 'same', stderr: '', code: 0 }]))
  expect(questions.read(said(), gap, sha256)).toBe(questions.read(said(), gap, sha256))
})
