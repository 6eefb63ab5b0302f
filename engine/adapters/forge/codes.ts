import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'forge-facts': {
    severity: 'error',
    meaning:
      'A file with what a forge says of pull requests is not in the form that it has to have, so nothing of it is believed.',
    fix: 'write it as the guide to continuous integration says, and from what the API of the forge answers only',
  },
} as const satisfies CodeBook
