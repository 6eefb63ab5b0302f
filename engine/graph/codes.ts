import type { CodeBook } from '../model/diagnostic.ts'

export const codes = {
  'dangling-reference': {
    severity: 'error',
    meaning: 'A document refers to another one that does not exist, or that is of a kind that can’t stand there.',
    fix: 'Mend the name, or add the document that is meant',
  },
  'duplicate-address': {
    severity: 'error',
    meaning: 'Two documents of one kind have the same name.',
    fix: 'Rename one of them, or remove it',
  },
  cycle: {
    severity: 'error',
    meaning: 'References that must not come back to where they started do.',
    fix: 'Remove one of the references of the loop',
  },
} as const satisfies CodeBook
