import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'on-call-unknown': {
    severity: 'error',
    meaning: 'Somebody asks who is on call for a team that has no OnCall document, or for a time that is none.',
    fix: 'name a team or a schedule: plumbline get oncall lists them',
  },
  'escalation-empty': {
    severity: 'warning',
    meaning:
      'An incident would be escalated to somebody, and there was nobody: no one is on call, or those who are left.',
    fix: 'see who is on call when, and where there are gaps: plumbline on-call',
  },
  'suspect-missing': {
    severity: 'error',
    meaning: 'An incident has no change that is known or thought to be to blame, so there is nothing to take back.',
    fix: 'name it: plumbline incident rollback INC-2026-00042 CHG-2026-00042; plumbline incident suspects lists candidates',
  },
  'incident-step-failed': {
    severity: 'warning',
    meaning: 'What follows from an incident or a problem by itself could not be done. It is tried again.',
    fix: 'the message says why',
  },
} as const satisfies CodeBook
