import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'command-check': {
    severity: 'info',
    meaning: 'The check of a command said that the command has to run. The last of what it printed is shown.',
    fix: 'nothing, if the command is to run; else look at what the check asks',
  },
} as const satisfies CodeBook
