import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { load, parseEvents } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { withSteadyState } from './steady-parser.ts'

const require = createRequire(import.meta.url)
const path = require.resolve('js-yaml').replace(/[^\\/]*$/, 'js-yaml.mjs')
const source = readFileSync(path, 'utf8')

describe('js-yaml as it is bundled', () => {
  it('parses what the library parses, and refuses what it refuses', async () => {
    const url = `data:text/javascript;base64,${Buffer.from(withSteadyState(source)).toString('base64')}`
    const bundled = (await import(/* @vite-ignore */ url)) as { parseEvents: typeof parseEvents }
    const told = (parse: typeof parseEvents, text: string, options?: Parameters<typeof parseEvents>[1]): unknown => {
      try {
        return parse(text, options as { maxDepth: number })
      } catch (error) {
        return String(error)
      }
    }
    const folder = new URL('../../engine/load/cases/', import.meta.url)
    const texts = readdirSync(folder).flatMap((name) => {
      const text = readFileSync(new URL(name, folder), 'utf8')
      const cases = load(text) as { files: { text?: string }[] }[]
      return [text, ...cases.flatMap((c) => c.files.flatMap((file) => file.text ?? []))]
    })
    expect(texts.length).toBeGreaterThan(50)
    for (const text of texts)
      for (const options of [undefined, { maxDepth: 3 }, { filename: 'a.yaml' }])
        expect(told(bundled.parseEvents, text, options)).toEqual(told(parseEvents, text, options))
  })

  it('is not built where the library makes its state in another way', () => {
    expect(() => withSteadyState(withSteadyState(source))).toThrow(
      'js-yaml makes the state of its parser in another way',
    )
  })
})
