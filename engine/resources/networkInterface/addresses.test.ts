import fc from 'fast-check'
import { expect, it } from 'vitest'
import { canonicalAddress } from './addresses.ts'

it('says addresses as the kernel does', () => {
  const known: Record<string, string | undefined> = {
    '10.0.4.11/24': '10.0.4.11/24',
    '2001:DB8:0:0::10/64': '2001:db8::10/64',
    '2001:0db8:0000:0000:0001:0000:0000:0001': '2001:db8::1:0:0:1',
    '1:0:0:2:0:0:0:3': '1:0:0:2::3',
    '::': '::',
    '::1/128': '::1/128',
    'fe80::': 'fe80::',
    '1:2:3:4:5:6:0:8': '1:2:3:4:5:6:0:8',
    '10::20:0:0:1': '10::20:0:0:1',
    '10.0.4.256/24': undefined,
    '10.0.04.1': undefined,
    '10.0.4.1/33': undefined,
    '1::2::3': undefined,
    '1:2': undefined,
    ':1': undefined,
    '': undefined,
  }
  for (const [text, canonical] of Object.entries(known)) expect(canonicalAddress(text), text).toBe(canonical)
})

it('says what it said once again, and never another address', () => {
  const whole = (text: string) => {
    const [head = '', tail = ''] = text.split('::')
    const parts = (half: string) => (half === '' ? [] : half.split(':'))
    const gap = text.includes('::') ? 8 - parts(head).length - parts(tail).length : 0
    return [...parts(head), ...Array<string>(gap).fill('0'), ...parts(tail)].map((g) => Number.parseInt(g, 16))
  }
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0, 0, 0, 1, 0x10, 0xffff), { minLength: 8, maxLength: 8 }), (groups) => {
      const once = canonicalAddress(groups.map((g) => g.toString(16)).join(':')) ?? ''
      expect(whole(once)).toEqual(groups)
      expect(canonicalAddress(once)).toBe(once)
    }),
  )
})
