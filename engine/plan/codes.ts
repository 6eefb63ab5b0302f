import type { CodeBook } from '../model/diagnostic.ts'

export const codes = {
  'resource-cycle': {
    severity: 'error',
    meaning: 'Resources of one host wait for each other, so that none can be the first.',
    fix: 'remove one of the requires or restartOn entries that close the loop',
  },
  'mass-delete': {
    severity: 'error',
    meaning: 'The plan would delete everything of a host or more than a tenth of all resources of one type.',
    fix: 'check that documents did not get lost; if it is meant, say so with --allow-mass-delete, which the record keeps',
  },
  'nothing-matched': {
    severity: 'error',
    meaning: 'Something was asked for and nothing matched it.',
    fix: 'check the spelling of the host or change; plumbline get Host lists hosts',
  },
  'all-unknown': {
    severity: 'error',
    meaning: 'Nothing could be learnt of any host, so nothing can be said about them.',
    fix: 'look at the reason of each unknown, and try to log in to one of the hosts with ssh',
  },
} as const satisfies CodeBook
