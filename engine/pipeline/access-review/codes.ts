import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'review-scope': {
    severity: 'error',
    meaning:
      'What a review of access is to be about is nothing that can be reviewed, or nobody has anything by a grant there.',
    fix: 'say hosts, rooms, applications, service/NAME or team/NAME, or leave it out for everything',
  },
  'review-size': {
    severity: 'error',
    meaning: 'A review of access would have so many lines that nobody could look at them in earnest.',
    fix: 'review part after part: --scope service/NAME, or team/NAME',
  },
  'review-nobody': {
    severity: 'error',
    meaning:
      'Nobody but the holder could say whether somebody keeps what they have: the grant has no owner, the holder no manager, or they are all the same person.',
    fix: 'give the grant or what it gives an owner, or the person a manager; or name who decides with --reviewer team/NAME',
  },
  'review-due': {
    severity: 'error',
    meaning: 'The day by which a review of access is to be decided is no date, or has gone by.',
    fix: 'write it as 2027-01-31',
  },
  'review-line': {
    severity: 'error',
    meaning: 'A review of access has no such line.',
    fix: 'plumbline access review show NUMBER lists them',
  },
  'review-membership': {
    severity: 'error',
    meaning:
      'What is to be revoked comes by being a member of a team or group. Taking it away from the one person there would take it from all, or something else from them, too.',
    fix: 'take them out of the team or group by a change, and decide then; or decide keep',
  },
  'review-undecided': {
    severity: 'error',
    meaning: 'A review of access can not be ended while lines of it are not decided.',
    fix: 'plumbline access review show NUMBER tells which they are, and who can decide',
  },
  'review-unwritten': {
    severity: 'error',
    meaning: 'What a review of access revoked can not be taken out of the documents so that exactly that is gone.',
    fix: 'do it by hand on a branch of your own; the record can be linked to its change: plumbline access-review link NUMBER fulfilled-by CHG-…',
  },
} as const satisfies CodeBook
