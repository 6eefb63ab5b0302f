import { BlockList, isIP } from 'node:net'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { contains, isBad, type Network, readNetwork, setOf } from './address-ranges.ts'

const near = fc.oneof(fc.ipV4(), fc.ipV6(), fc.stringMatching(/^[0-9a-f:.]{1,20}$/))

it('takes for an address what is one, and nothing else', () => {
  fc.assert(
    fc.property(near, (text) => void expect(isBad(readNetwork(text)), text).toBe(isIP(text) === 0)),
    { numRuns: 2000 },
  )
})

it('makes sets of networks that do not overlap and mean the same', () => {
  const small = fc.tuple(fc.nat(255), fc.integer({ min: 24, max: 32 })).map(([last, bits]) => {
    const step = 2 ** (32 - bits)
    return `10.0.0.${Math.floor(last / step) * step}/${bits}`
  })
  fc.assert(
    fc.property(fc.array(small, { minLength: 1, maxLength: 12 }), fc.nat(255), (texts, last) => {
      const networks = texts.map(readNetwork).filter((n): n is Network => !isBad(n))
      const set = setOf(networks, 4)
      const list = (ranges: readonly string[]) => {
        const blocks = new BlockList()
        for (const range of ranges) {
          const [address = '', bits = '32'] = range.split('/')
          blocks.addSubnet(address, Number(bits), 'ipv4')
        }
        return blocks
      }
      const probe = `10.0.0.${last}`
      const read = readNetwork(probe)
      const known = list(texts).check(probe)
      expect(list(set).check(probe)).toBe(known)
      expect(!isBad(read) && contains(networks, read)).toBe(known)
      expect(set.filter((one) => list([one]).check(probe)).length).toBe(known ? 1 : 0)
    }),
  )
})
