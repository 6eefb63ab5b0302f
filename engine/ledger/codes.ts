import { type CodeBook, reporter } from '../model/diagnostic.ts'

export const codes = {
  'ledger-tampered': {
    severity: 'error',
    meaning:
      'The ledger is not what its writers left: an entry is edited, missing, unsigned, out of order or not allowed.',
    fix: 'trust nothing after the entry that is named; compare with another clone: git log --graph ledger origin/ledger',
  },
  'unrecorded-merge': {
    severity: 'error',
    meaning: 'A commit reached the target branch and no change record says who agreed to it.',
    fix: 'find out who pushed it; plumbline apply records what was merged, and never applies what nobody approved',
  },
  'unapproved-merge': {
    severity: 'warning',
    meaning:
      'A commit reached the target branch without the approvals it needed. It is recorded as such and never applied.',
    fix: 'revert it, or bring the same state back through a change that is approved',
  },
  'emergency-unreviewed': {
    severity: 'error',
    meaning:
      'An emergency was carried out, and nobody who had no hand in it looked back at it within 24 hours of its start.',
    fix: 'have somebody look at it now: plumbline review CHANGE --outcome successful; that it was late is said for ever',
  },
  'emergency-reviewed-late': {
    severity: 'warning',
    meaning: 'An emergency was reviewed later than 24 hours after its start.',
    fix: 'nothing takes this back; see to it that the next one is reviewed in time',
  },
  'illegal-transition': {
    severity: 'error',
    meaning: 'A record can not go from the state it is in to the one asked for.',
    fix: 'look at where it is with: plumbline show <change>',
  },
  'lock-held': {
    severity: 'error',
    meaning: 'Somebody else is applying a change to this environment.',
    fix: 'wait until they are done; a holder that died on this machine is taken over by itself',
  },
  'release-tag-differs': {
    severity: 'error',
    meaning: 'A tag of a release is not what the ledger says of it, or no engine signed it.',
    fix: 'find out who made the tag; delete it, and let plumbline release cut --number write it again',
  },
} as const satisfies CodeBook

export const report = reporter(codes)
