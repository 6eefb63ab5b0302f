import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'mail-passed-over': {
    severity: 'info',
    meaning:
      'A mail was put away and nothing came of it: a program sent it, it was known, or nobody could tell who it is from.',
    fix: 'nothing; it still lies in the folder cur of the mailbox',
  },
  'mail-unreadable': {
    severity: 'warning',
    meaning: 'A mail is too large, or is none, and was put away.',
    fix: 'look at it in the folder cur of the mailbox',
  },
  'mail-flood': {
    severity: 'warning',
    meaning: 'One address sends more mails than anybody writes by hand; the others wait in the mailbox.',
    fix: 'look who it is, and have the mail server refuse them',
  },
  'mail-no-box': {
    severity: 'error',
    meaning: 'It is not said where mail for the desk lies.',
    fix: 'name a file or a Maildir, or set PLUMBLINE_MAILDIR',
  },
} as const satisfies CodeBook
