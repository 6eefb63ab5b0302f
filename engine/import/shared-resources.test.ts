import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dropHeadings } from './drop-headings.ts'
import { sharedName, sharedResources } from './shared-resources.ts'

const of = (hosts: Readonly<Record<string, readonly string[]>>) => new Map(Object.entries(hosts))

describe('what hosts share', () => {
  it('goes to the largest group that has it, and small groups are left alone', () => {
    const found = sharedResources(
      of({
        a: ['x1', 'x2', 'y1', 'y2', 'y3', 'z'],
        b: ['x1', 'x2', 'y1', 'y2', 'y3'],
        c: ['x1', 'x2', 'z', 'own'],
      }),
      2,
    )
    expect(found).toEqual([
      { hosts: ['a', 'b', 'c'], keys: ['x1', 'x2'] },
      { hosts: ['a', 'b'], keys: ['y1', 'y2', 'y3'] },
    ])
  })

  it('leaves every host with exactly what it had', () => {
    const keys = fc.uniqueArray(fc.constantFrom(...'abcdefgh'), { maxLength: 8 })
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('h1', 'h2', 'h3', 'h4'), keys), fc.nat(4), (hosts, least) => {
        const groups = sharedResources(of(hosts), least)
        for (const [host, own] of Object.entries(hosts)) {
          const moved = groups.filter((g) => g.hosts.includes(host)).flatMap((g) => g.keys)
          expect(new Set(moved).size).toBe(moved.length)
          expect(moved.filter((key) => !own.includes(key))).toEqual([])
        }
      }),
    )
  })

  it('has a name that tells of its hosts', () => {
    const free = () => false
    expect(sharedName(['web-01', 'web-02'], free)).toBe('shared-web')
    expect(sharedName(['db-01', 'web-01'], free)).toBe('shared')
    expect(sharedName(['web-01', 'web-02'], (name) => name === 'shared-web')).toBe('shared-web-2')
  })
})

describe('headings', () => {
  it('go with the last resource under them, and comments of people stay', () => {
    const text = `spec:
  resources:
    # Packages that somebody asked for

    # Accounts
    # Ana is on leave
    - user: { login: ana }

    # Jobs

    # Services
`
    expect(dropHeadings(text)).toBe(`spec:
  resources:
    # Accounts
    # Ana is on leave
    - user: { login: ana }
`)
  })
})
