import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'prefix-form': {
    severity: 'error',
    meaning: 'A prefix, or an address of it, is none.',
    fix: 'write it in CIDR notation, with nothing set beyond its length, and gateway and reserved addresses inside of it',
  },
  'prefix-duplicate': {
    severity: 'error',
    meaning: 'The same prefix stands in two documents of one routing table.',
    fix: 'remove one of them, or give it a vrf of its own',
  },
  'prefix-overlap': {
    severity: 'error',
    meaning: 'A prefix lies inside of another one that is no container: the same addresses are in two segments.',
    fix: 'make the outer one a container, or give the inner one other addresses',
  },
  'prefix-site': {
    severity: 'error',
    meaning: 'A prefix lies inside of another one that is used at another site.',
    fix: 'correct the site of one of them',
  },
  'vlan-duplicate': {
    severity: 'error',
    meaning: 'The same VLAN number stands for two networks at one site.',
    fix: 'give one of them another number',
  },
  'address-form': {
    severity: 'error',
    meaning: 'An address is none.',
    fix: 'write it as 10.20.3.5 or 2001:db8::5',
  },
  'address-duplicate': {
    severity: 'error',
    meaning: 'Two things have the same address.',
    fix: 'give one of them another one; plumbline report prefixes tells which is free. Where several answer in turn, shared: true says so',
  },
  'address-unusable': {
    severity: 'error',
    meaning: 'Something has an address that no host of its network can have.',
    fix: 'give it another one; plumbline report prefixes tells which is free',
  },
  'address-orphan': {
    severity: 'warning',
    meaning: 'No prefix in the documents holds an address that is in use.',
    fix: 'describe the prefix that it is in, or correct the address',
  },
} as const satisfies CodeBook
