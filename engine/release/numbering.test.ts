import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { compareVersions, isVersion } from '../model/version.ts'
import { type Bump, type Numbering, nextVersion } from './numbering.ts'
import type { ReleaseChange } from './release-change.ts'
import { sampleChange } from './test-changes.ts'

interface Case {
  readonly name: string
  readonly numbering: Numbering
  readonly previous?: string
  readonly now?: string
  readonly bump?: Bump
  readonly asked?: string
  readonly changes?: readonly Partial<ReleaseChange>[]
  readonly version?: string
  readonly refused?: string
}

const cases = load(readFileSync(join(import.meta.dirname, 'cases/numbering.yaml'), 'utf8')) as readonly Case[]

describe('the number of the next release', () => {
  it.each(cases)('$name', ({ numbering, previous, now, bump, asked, changes = [], version, refused }) => {
    const next = nextVersion({
      numbering,
      previous,
      changes: changes.map(sampleChange),
      now: new Date(now ?? '2026-11-22T12:00:00Z'),
      ...(bump !== undefined && { bump }),
      ...(asked !== undefined && { version: asked }),
    })
    if (refused !== undefined) expect(next).toEqual({ refused })
    else expect(next).toMatchObject({ version })
  })

  it('is a version, and comes after the one before', () => {
    const bump = fc.constantFrom<Bump>('major', 'minor', 'patch')
    fc.assert(
      fc.property(fc.array(bump, { maxLength: 30 }), fc.integer({ min: 0, max: 40_000 }), (bumps, days) => {
        const now = new Date(Date.UTC(2020, 0, 1) + days * 86_400_000)
        let previous: string | undefined
        for (const asked of bumps) {
          const next = nextVersion({ numbering: { scheme: 'semver' }, previous, changes: [], now, bump: asked })
          if ('refused' in next) throw new Error(next.refused)
          expect(isVersion(next.version)).toBe(true)
          if (previous !== undefined) expect(compareVersions(previous, next.version)).toBeLessThan(0)
          previous = next.version
        }
        const first = nextVersion({ numbering: { scheme: 'calver' }, previous: undefined, changes: [], now })
        expect('version' in first && isVersion(first.version)).toBe(true)
      }),
    )
  })
})

describe('precedence of versions (SemVer 2.0, §11)', () => {
  it('is that of the specification', () => {
    const ordered = [
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '1.2.0',
      '1.10.0',
      '2.0.0',
    ]
    expect([...ordered].reverse().sort(compareVersions)).toEqual(ordered)
  })

  it.each([
    '1.0',
    'v1.0.0',
    '01.0.0',
    '1.0.0-',
    '1.0.0-01',
    '1.0.0+1',
    '',
    '1.0.0 ',
    '../1.0.0',
  ])('%j is none', (text) => {
    expect(isVersion(text)).toBe(false)
  })
})
