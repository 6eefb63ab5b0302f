import { runInThisContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { chunkScript, circleIn } from './chunk-script.ts'

type Chunk = (exports: Record<string, unknown>, require: (name: string) => unknown) => void

async function exportsOf(text: string, imported: object = {}): Promise<Record<string, unknown>> {
  const exports: Record<string, unknown> = {}
  ;(runInThisContext(await chunkScript(text)) as Chunk)(exports, () => imported)
  return exports
}

const isGetter = (exports: object, name: string): boolean =>
  Object.getOwnPropertyDescriptor(exports, name)?.get !== undefined

describe('chunkScript', () => {
  it('hands out what keeps its value as it is', async () => {
    const found = await exportsOf('var a = 1;\nfunction b() { return a }\n\nexport {\n  a,\n  b as c\n};\n')
    expect(found).toMatchObject({ a: 1 })
    expect((found['c'] as () => number)()).toBe(1)
    expect([isGetter(found, 'a'), isGetter(found, 'c')]).toEqual([false, false])
  })

  it.each([
    ['assigned again', 'var a = 1;\nfunction set() { a = 2 }'],
    ['counted up', 'var a = 1;\nfunction set() { a++ }'],
    ['assigned later', 'var a;\nfunction set() { a = 2 }'],
    ['assigned where it is missing', 'var a = null;\nfunction set() { a ??= 2; a += a === 2 ? 0 : 1 }'],
    ['a function that is replaced', 'function a() {}\nfunction set() { a = 2 }'],
  ])('keeps in step with what is %s', async (_what, text) => {
    const found = await exportsOf(`${text}\nexport { a, set };\n`)
    ;(found['set'] as () => void)()
    expect(found['a']).toBe(2)
  })

  it('hands on what it imports, and has a default', async () => {
    const handed = await exportsOf('import { a } from "./b.js";\nexport { a };\n', { a: 3 })
    expect(handed['a']).toBe(3)
    expect((await exportsOf('var a = 4;\nexport default a;\n'))['default']).toBe(4)
    expect((await exportsOf('var a = 4;\nexport {\n  a as default\n};\n'))['default']).toBe(4)
  })

  it('is a module to whoever loads it later, with a default and other names', async () => {
    const later = 'async function later() { const { default: a, b } = await import("./b.js"); return [a, b] }'
    const found = await exportsOf(
      `${later}\nexport { later };\n`,
      await exportsOf('var b = 5;\nexport { b, b as default };\n'),
    )
    expect(await (found['later'] as () => Promise<unknown>)()).toEqual([5, 5])
  })

  it('takes text that looks like an export for text', async () => {
    const found = await exportsOf(
      'var a = `\nexport { b };\n`;\nvar c = `\nexport default d`;\nvar e;\nexport { a, c };\n',
    )
    expect(found).toEqual({ a: '\nexport { b };\n', c: '\nexport default d' })
  })
})

describe('circleIn', () => {
  it('finds chunks that import each other', () => {
    const imports = (at: Record<string, string[]>) => new Map(Object.entries(at))
    expect(circleIn(imports({ a: ['b', 'c'], b: ['c'], c: [] }))).toBeUndefined()
    expect(circleIn(imports({ a: ['b'], b: ['c'], c: ['b'] }))).toEqual(['b', 'c', 'b'])
  })
})
