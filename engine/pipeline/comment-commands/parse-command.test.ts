import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { mayHoldCommand, parseCommand } from './parse-command.ts'

interface Case {
  readonly case: string
  readonly body: string
  readonly expect?: object
}

const cases = load(readFileSync(new URL('cases/parse.yaml', import.meta.url), 'utf8')) as readonly Case[]

describe('a command in a comment', () => {
  it.each(cases)('$case', ({ body, expect: wanted }) => {
    expect(parseCommand(body)).toEqual(wanted)
  })

  it('is not made of a line that is longer than any command', () => {
    expect(parseCommand(`/plumbline plan ${'a'.repeat(1000)}`)).toEqual({ name: 'misused', because: 'too-long' })
  })

  it('is found in no time, whatever somebody writes', () => {
    const piece = fc.constantFrom(
      '/plumbline',
      ' ',
      'apply',
      '\n',
      '`',
      '```',
      '~~~',
      '> ',
      '<!--',
      '-->',
      '\t',
      '9b1c77e2',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const body = pieces.join('')
        const found = parseCommand(body)
        // What is taken for a command stands there as a line of its own, outside of anything that hides it.
        if (found !== undefined) {
          expect(mayHoldCommand(body)).toBe(true)
          expect(body.split('\n').some((line) => /^ {0,3}\/plumbline(?:\s|$)/.test(line))).toBe(true)
        }
        // Quoted as a whole it asks for nothing.
        expect(parseCommand(`> ${body.replaceAll('\n', '\n> ')}`)).toBeUndefined()
      }),
    )
    expect(parseCommand('<!--'.repeat(20_000))).toBeUndefined()
  })
})
