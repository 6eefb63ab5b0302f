import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'command-check': {
    severity: 'info',
    meaning: 'The check of a command said that the command has to run. The last of what it printed is shown.',
    fix: 'nothing, if the command is to run; else look at what the check asks',
  },
  'command-check-waits': {
    severity: 'info',
    meaning:
      'The check of a command is not in the target branch yet. Nothing of a change runs on a host before it is approved, so the command is planned as if it had to run.',
    fix: 'nothing: apply asks the check first, and leaves the command alone where all is as wanted',
  },
} as const satisfies CodeBook
