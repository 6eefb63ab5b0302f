import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'notification-rule': {
    severity: 'error',
    meaning: 'A NotificationRule could never be followed: its expression, its template, or a name in it is wrong.',
    fix: 'correct it; plumbline explain NotificationRule shows what it may say',
  },
  'notification-undelivered': {
    severity: 'error',
    meaning: 'Somebody was not told of something: it was refused for good, or was tried for a day.',
    fix: 'look at the address and at the server that refused it; the record holds everything that was to be told',
  },
  'notification-delayed': {
    severity: 'warning',
    meaning: 'A message did not go out and is tried again, for a day in all.',
    fix: 'nothing, where the server comes back; else look at PLUMBLINE_SMTP_URL or at the address of the webhook',
  },
  'notification-channel': {
    severity: 'warning',
    meaning: 'A rule tells people by a way for which this machine is not set up; messages wait for it, for a day.',
    fix: 'set PLUMBLINE_SMTP_URL and PLUMBLINE_MAIL_FROM for mails, and PLUMBLINE_NOTIFY_NAME for a webhook called name',
  },
  'notification-nobody': {
    severity: 'warning',
    meaning: 'A rule held, and there was nobody to be told who can be reached by it.',
    fix: 'give people an email, teams a contact, or name somebody else in the rule',
  },
} as const satisfies CodeBook
