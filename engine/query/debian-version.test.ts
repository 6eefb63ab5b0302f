import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareDebianVersions } from './debian-version.ts'

const dpkg = spawnSync('dpkg', ['--version']).status === 0

describe('the order of versions in Debian', () => {
  it.each([
    ['3.0.11-1~deb12u2', '3.0.15-1~deb12u1'],
    ['3.0.15', '3.0.15-1~deb12u1'],
    ['3.0.9', '3.0.15'],
    ['1.0~rc1', '1.0'],
    ['1.0~~', '1.0~'],
    ['1.0', '1.0a'],
    ['1.0a', '1.0+'],
    ['9.9', '1:0.1'],
    ['1.0-1', '1.0-1.1'],
    ['1.2-3-1', '1.2-4-0'],
    ['2', '18446744073709551617'],
  ])('%s is before %s', (older, newer) => {
    expect(compareDebianVersions(older, newer)).toBeLessThan(0)
    expect(compareDebianVersions(newer, older)).toBeGreaterThan(0)
  })

  it.each([
    ['1.0', '0:1.0'],
    ['1.0', '1.0-0'],
    ['1.01', '1.1'],
    [' 1.0', '1.0'],
  ])('%s is the same as %s', (one, other) => {
    // 0 or -0: neither is older.
    expect(Math.abs(compareDebianVersions(one, other))).toBe(0)
  })

  const piece = fc.string({ unit: fc.constantFrom(...'0019aAbz.+~'), minLength: 1, maxLength: 8 })
  const version = fc
    .tuple(fc.option(fc.nat(3)), piece, fc.option(piece))
    .map(
      ([epoch, upstream, revision]) =>
        `${epoch === null ? '' : `${epoch}:`}0${upstream}${revision === null ? '' : `-${revision}`}`,
    )

  it('is an order', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const sign = (x: string, y: string) => Math.sign(compareDebianVersions(x, y))
        expect(sign(a, b) + sign(b, a)).toBe(0)
        if (sign(a, b) <= 0 && sign(b, c) <= 0) expect(sign(a, c)).toBeLessThanOrEqual(0)
      }),
    )
  })

  it.skipIf(!dpkg)('is that of dpkg', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        const says = (relation: string) => spawnSync('dpkg', ['--compare-versions', a, relation, b]).status === 0
        const order = compareDebianVersions(a, b)
        expect(says(order < 0 ? 'lt' : order > 0 ? 'gt' : 'eq')).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})
