import type { CodeBook } from '../../model/diagnostic.ts'

/** What a host shows of its firewall beside what is managed. */
export const codes = {
  'unmanaged-table': {
    severity: 'info',
    meaning:
      'The kernel holds a table of nftables that no document declares: of a container engine, or made by hand. It is left as it is.',
    fix: 'leave it where a program looks after it; else take it into the ruleset, or remove it with nft delete table',
  },
} as const satisfies CodeBook
