import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  segregation: {
    severity: 'error',
    meaning: 'Somebody has at once what nobody may have at once.',
    fix: 'take one of the two away, or write down in the rule, until when and why it does not hold for them',
  },
  'segregation-exception': {
    severity: 'warning',
    meaning: 'An exception from a rule of segregation has ended.',
    fix: 'remove it, or take away what it was for',
  },
  'entry-unreachable': {
    severity: 'error',
    meaning: 'Somebody may enter a zone, and none that one has to come through to get there.',
    fix: 'let them into the zone before it, too, or correct what the zone is reached through',
  },
  'entry-expiry': {
    severity: 'error',
    meaning: 'A grant to enter lasts longer than a year.',
    fix: 'let it end within a year, and renew it then',
  },
} as const satisfies CodeBook
