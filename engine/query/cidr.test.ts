import { expect, it } from 'vitest'
import { cidrContains } from './cidr.ts'

it.each([
  ['10.0.4.0/24', '10.0.4.11', true],
  ['10.0.4.0/24', '10.0.4.11/24', true],
  ['10.0.4.0/24', '10.0.5.1', false],
  ['10.0.4.11', '10.0.4.11', true],
  ['0.0.0.0/0', '192.0.2.1', true],
  ['2001:db8::/32', '2001:db8:1::5', true],
  ['2001:db8::/32', '2001:db9::', false],
  ['::ffff:10.0.0.0/104', '::ffff:10.1.2.3', true],
  ['fe80::/10', 'fe80::1%eth0', true],
  ['0.0.0.0/0', '::1', false],
  ['10.0.0.0/33', '10.0.0.1', false],
  ['10.0.0.0/x', '10.0.0.1', false],
  ['10.0.0/8', '10.0.0.1', false],
  ['1:2:3:4:5:6:7:8:9/8', '1::', false],
  ['::', ':::', false],
  ['10.0.0.0/8', 'somewhere', false],
])('%s holds %s: %s', (prefix, address, holds) => {
  expect(cidrContains(prefix, address)).toBe(holds)
})
