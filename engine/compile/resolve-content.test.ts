import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { Renderer } from './render-template.ts'
import { mostBytes, resolveContent } from './resolve-content.ts'

const tools = (source: Uint8Array) => ({
  renderer: new Renderer(),
  sources: () => source,
  sha256: (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex'),
})
const variables = { profile: {}, host: {} }

it('takes content up to a size in bytes, and says of more how much it is', () => {
  const exact = Buffer.alloc(mostBytes, 'x')
  expect(resolveContent({ source: 'x' }, variables, tools(exact))).toHaveProperty('spec.sha256')
  expect(resolveContent({ source: 'x' }, variables, tools(Buffer.concat([exact, exact])))).toEqual({
    problem: 'content-too-large',
    field: 'source',
    detail: '16777216 bytes, and 8388608 at most can be sent',
  })
  // Characters of two bytes each.
  expect(resolveContent({ content: 'é'.repeat(mostBytes / 2) }, variables, tools(exact))).toHaveProperty('spec.sha256')
  expect(resolveContent({ content: 'é'.repeat(mostBytes / 2 + 1) }, variables, tools(exact))).toMatchObject({
    problem: 'content-too-large',
    field: 'content',
  })
})

it('lets no byte of a source change on its way', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
  const made = resolveContent({ source: 'x' }, variables, tools(bytes))
  expect(made).toHaveProperty('spec.base64', Buffer.from(bytes).toString('base64'))
  const crlf = 'one\r\ntwo\r\n'
  expect(resolveContent({ source: 'x' }, variables, tools(Buffer.from(crlf)))).toHaveProperty('spec.content', crlf)
})
