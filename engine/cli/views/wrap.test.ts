import { expect, it } from 'vitest'
import { wrap } from './wrap.ts'

it('breaks between words, and never inside one', () => {
  expect(wrap('one two  three', 8)).toEqual(['one two', 'three'])
  expect(wrap('unbreakably long', 4)).toEqual(['unbreakably', 'long'])
  expect(wrap('', 10)).toEqual([''])
})
