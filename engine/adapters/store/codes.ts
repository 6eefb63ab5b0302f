import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'store-damaged': {
    severity: 'error',
    meaning:
      'A file in which this clone keeps what it can make again (what was seen of hosts, the index of records, hooks and events that wait) is damaged. It was put aside, and the next command begins with an empty one.',
    fix: 'run the command again; what waited in it (hooks, mails, escalations under way) may come twice or not at all, so look at what was due. Remove the file that was put aside once nobody wants to look into it',
  },
} as const satisfies CodeBook
