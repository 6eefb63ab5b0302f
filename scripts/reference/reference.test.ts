import { describe, expect, it } from 'vitest'
import { codeBooks } from '../../engine/generated/registry.ts'
import type { CodeEntry } from '../../engine/model/diagnostic.ts'
import { readText } from '../generate/write-if-changed.ts'
import { referencePages } from './pages.ts'

describe('the reference', () => {
  it.each([...referencePages()])('%s is up to date (npm run reference)', (path, text) => {
    expect(readText(path) === text).toBe(true)
  })
})

describe('code books', () => {
  const all = [...codeBooks].flatMap(([folder, book]) =>
    Object.entries(book).map(([code, entry]) => ({ folder, code, entry })),
  )

  it('say the same where two folders report the same code', () => {
    const first = new Map<string, CodeEntry>()
    for (const { code, entry } of all) {
      const known = first.get(code) ?? entry
      first.set(code, known)
      expect({ code, ...entry }).toEqual({ code, ...known })
    }
  })

  it('have codes of one form, and say what they mean and what to do', () => {
    for (const { code, entry } of all) {
      expect(code).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
      expect(entry.meaning, code).toMatch(/\.$/)
      expect(entry.fix, code).toMatch(/[^.]$/)
    }
  })
})
