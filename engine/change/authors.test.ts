import { describe, expect, it } from 'vitest'
import { coAuthorsOf } from './authors.ts'

describe('co-authors of a commit message', () => {
  it('finds trailers however they are spelt, and wherever they stand', () => {
    const message = [
      'Raise the limit',
      '',
      'Co-authored-by: Ben Reviewer <ben@example.org>',
      '',
      '  CO-AUTHORED-BY : <chen@example.org>, dora@example.org',
      'Talked to emil@example.org about it',
    ].join('\n')
    expect(coAuthorsOf(message)).toEqual(['ben@example.org', 'chen@example.org', 'dora@example.org'])
  })

  it('answers at once for a line made to be slow', () => {
    expect(coAuthorsOf(`Co-authored-by: ${'<a '.repeat(200_000)}`)).toEqual([])
  })
})
