import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'asset-transition': {
    severity: 'error',
    meaning: 'An asset goes from one state of its life to another that does not follow it.',
    fix: 'plumbline explain Asset.state tells which follow; where the old state was wrong, correct it in a change of its own',
  },
  'asset-removed': {
    severity: 'error',
    meaning: 'An asset disappears from the documents before its life ended, and with it the account of it.',
    fix: 'set its state to retired and then to disposed; remove the document afterwards',
  },
  'asset-host': {
    severity: 'error',
    meaning: 'An asset is said to be a host, and its state or its model says otherwise.',
    fix: 'correct the state or the device type, or take the host away from it',
  },
  'asset-warranty': {
    severity: 'warning',
    meaning: 'The warranty of something in use ends within sixty days.',
    fix: 'extend it, or plan what replaces it; then correct its warrantyUntil or its state',
  },
  'asset-end-of-life': {
    severity: 'warning',
    meaning: 'There are, or soon will be, no parts or updates for something in use.',
    fix: 'plan what replaces it',
  },
} as const satisfies CodeBook
