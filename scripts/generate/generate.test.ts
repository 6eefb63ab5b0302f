import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { embedFragments } from '../../engine/schema/embed-fragments.ts'
import { kindsText } from './kinds.ts'
import { inputFiles, readInputs } from './read-inputs.ts'
import { registryText } from './registry.ts'
import { typeName, typesText } from './types.ts'
import { validatorsText } from './validators.ts'

describe('generate', () => {
  const inputs = readInputs(inputFiles())

  it('writes nothing where nothing changed', () => {
    const times = () =>
      ['registry.ts', 'kinds.ts', 'types.ts', 'validators.js'].map((f) => statSync(`engine/generated/${f}`).mtimeMs)
    const before = times()
    execFileSync(process.execPath, ['--import', 'tsx', 'scripts/generate.ts'])
    expect(times()).toEqual(before)
  })

  it('writes the same from the same', async () => {
    const again = readInputs(inputFiles())
    expect(kindsText(again)).toBe(kindsText(inputs))
    expect(registryText(again)).toBe(registryText(inputs))
    expect(await typesText(again)).toBe(await typesText(inputs))
  })

  it('leaves no import to validators, so that nothing is compiled at run time', async () => {
    const text = await validatorsText(inputs)
    // A statement, not the name of a field that is called from.
    expect(/\bimport ?(?:[\w*{][^;"']*from ?)?["']|createRequire|=require\(/.test(text)).toBe(false)
  })

  it('finds plug-ins by their folders', () => {
    const files = ['engine/resources/file/index.ts', 'engine/practices/desk/index.ts', 'engine/load/codes.ts']
    const text = registryText({ ...inputs, ...plugInsOf(files) })
    expect(text).toContain("import { resource as resource0 } from '../resources/file/index.ts'")
    expect(text).toContain("import { practice as practice0 } from '../practices/desk/index.ts'")
    expect(text).toContain("['load', codes0]")
  })

  it('names types after kinds, fragments and resource types', () => {
    expect(typeName('urn:plumbline:v1:Host')).toBe('HostSpec')
    expect(typeName('urn:plumbline:v1:selector')).toBe('Selector')
    expect(typeName('urn:plumbline:v1:resource:sudoRule')).toBe('SudoRuleResourceSpec')
    expect(readFileSync('engine/generated/types.ts', 'utf8')).toContain('export interface HostSpec')
  })
})

function plugInsOf(files: readonly string[]) {
  const { resources, practices, codeBooks } = readInputs(files)
  return { resources, practices, codeBooks }
}

describe('embedFragments', () => {
  it('makes a schema stand alone, through fragments of fragments that refer to themselves', () => {
    const fragments = new Map([
      [
        'urn:plumbline:v1:a',
        {
          $id: 'urn:plumbline:v1:a',
          properties: { b: { $ref: 'urn:plumbline:v1:b' }, c: { $ref: '#/$defs/c' } },
          $defs: { c: { type: 'string' } },
        },
      ],
      ['urn:plumbline:v1:b', { properties: { again: { $ref: '#' }, a: { $ref: 'urn:plumbline:v1:a' } } }],
    ])
    expect(
      embedFragments(
        { properties: { x: { $ref: 'urn:plumbline:v1:a' }, y: { $ref: '#/$defs/own' } }, $defs: { own: {} } },
        fragments,
      ),
    ).toEqual({
      properties: { x: { $ref: '#/$defs/a' }, y: { $ref: '#/$defs/own' } },
      $defs: {
        own: {},
        a: { properties: { b: { $ref: '#/$defs/b' }, c: { $ref: '#/$defs/a.c' } } },
        'a.c': { type: 'string' },
        b: { properties: { again: { $ref: '#/$defs/b' }, a: { $ref: '#/$defs/a' } } },
      },
    })
  })
})
