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
    meaning: 'A grant to enter a zone or to use an application lasts longer than a year.',
    fix: 'let it end within a year, and renew it then',
  },
  'application-role': {
    severity: 'error',
    meaning: 'A grant gives a role that the application does not have.',
    fix: 'name one of its roles, or add it to the application',
  },
  leaver: {
    severity: 'warning',
    meaning: 'A document still names somebody who has left. It gives them nothing any more.',
    fix: 'name somebody else there, or take the name away',
  },
  'leaver-answers': {
    severity: 'warning',
    meaning: 'Somebody who has left still answers for something: nobody does.',
    fix: 'give it to somebody who works here, or to a team',
  },
  'account-over': {
    severity: 'warning',
    meaning: 'A service account has ended, and has nothing any more.',
    fix: 'look whether it is still needed and let it end later, or remove it with its grants',
  },
} as const satisfies CodeBook
