import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'rack-overlap': {
    severity: 'error',
    meaning: 'Two things are mounted in the same unit of a rack, on the same side.',
    fix: 'give one of them another unit, or say on which face it is mounted',
  },
  'rack-height': {
    severity: 'error',
    meaning: 'Something is mounted above the top of its rack.',
    fix: 'mount it lower, or correct the units of the rack',
  },
  'rack-site': {
    severity: 'error',
    meaning: 'A host is said to be at one site, and its rack stands at another.',
    fix: 'correct its site or its rack',
  },
  'rack-weight': {
    severity: 'error',
    meaning: 'What is mounted in a rack is heavier than it bears.',
    fix: 'mount something elsewhere, or correct the weights',
  },
  'rack-draw': {
    severity: 'error',
    meaning: 'What is mounted in a rack draws more than may be drawn there.',
    fix: 'mount something elsewhere, or have more power brought there',
  },
  'pdu-load': {
    severity: 'error',
    meaning: 'A power distribution unit would carry more than it can, now or when a feed is lost.',
    fix: 'move supplies to another unit',
  },
  'pdu-outlets': {
    severity: 'error',
    meaning: 'More supplies hang on a power distribution unit than it has sockets.',
    fix: 'move supplies to another unit',
  },
  'feed-load': {
    severity: 'error',
    meaning: 'A feed carries more all the time than may be used of it.',
    fix: 'spread supplies over the feeds, or have more power brought there',
  },
  'feed-failover': {
    severity: 'error',
    meaning: 'Were a feed lost, another could not carry what comes to it.',
    fix: 'lessen what hangs on both of them: each has to carry all of it alone',
  },
  'single-fed': {
    severity: 'error',
    meaning: 'Something hangs on one feed only, and is lost with it.',
    fix: 'connect it to a second feed, or say in power.singleFed why that is fine',
  },
  'cooling-load': {
    severity: 'error',
    meaning: 'The machines that cool a room, less those that may stand still, do not take away the heat made in it.',
    fix: 'mount something elsewhere, or bring more cooling',
  },
} as const satisfies CodeBook
