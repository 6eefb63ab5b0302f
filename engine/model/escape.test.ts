import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeControls } from './escape.ts'

describe('escapeControls', () => {
  it.each([
    ['\u001b[31mred\u001b[0m', '\\u{1b}[31mred\\u{1b}[0m'],
    ['a\u0000b', 'a\\u{0}b'],
    ['over\rwritten', 'over\\u{d}written'],
    ['tab\there', 'tab\\u{9}here'],
    ['\u009b2J', '\\u{9b}2J'],
    ['user\u202etxt.exe', 'user\\u{202e}txt.exe'],
    ['zero\u200bwidth', 'zero\\u{200b}width'],
    ['lone \ud800 half', 'lone \\u{d800} half'],
  ])('makes %j visible', (text, shown) => {
    expect(escapeControls(text)).toBe(shown)
  })

  it('leaves lines, other scripts and pictures alone', () => {
    const text = 'two\nlines, 日本語, Zürich, \u{1f600}'
    expect(escapeControls(text)).toBe(text)
  })

  it('leaves nothing that a terminal would obey, and does nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = escapeControls(text)
        expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
        expect(escapeControls(shown)).toBe(shown)
      }),
    )
  })
})
