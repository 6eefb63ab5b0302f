import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'contract-dates': {
    severity: 'error',
    meaning: 'A contract ends before it begins.',
    fix: 'correct its first or its last day',
  },
  'contract-notice': {
    severity: 'warning',
    meaning: 'The last day to give notice of a contract is near: after it, the contract goes on, or ends, as it is.',
    fix: 'decide whether it shall go on; write down its new last day, or the contract that follows it',
  },
  'contract-ended': {
    severity: 'warning',
    meaning: 'A contract has ended, and documents still rely on it.',
    fix: 'write down the contract that follows it, or remove it with what it covered',
  },
  'underpinning-missing': {
    severity: 'warning',
    meaning: 'A supplier runs something for us, and no contract in force covers it: nothing holds them to it.',
    fix: 'write down the contract, or list what it covers',
  },
  'underpinning-weak': {
    severity: 'warning',
    meaning: 'We promise more than the contract behind it promises us.',
    fix: 'have the contract promise more, or promise less',
  },
} as const satisfies CodeBook
