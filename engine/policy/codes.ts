import type { CodeBook } from '../model/diagnostic.ts'

export const codes = {
  'policy-invalid': {
    severity: 'error',
    meaning:
      'An expression of a policy is not CEL, uses a name that does not exist there, or failed while it was evaluated.',
    fix: 'Mend the expression; guard values that may be missing with has(…)',
  },
  'policy-cost': {
    severity: 'error',
    meaning: 'Evaluating the expression of a policy costs more than is allowed.',
    fix: 'Nest fewer loops over lists, and build no long texts',
  },
} as const satisfies CodeBook
