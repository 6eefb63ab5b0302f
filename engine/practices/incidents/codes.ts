import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'on-call-left': {
    severity: 'warning',
    meaning:
      'Somebody is to be called for incidents who is not active any more: nobody is paged when it is their turn.',
    fix: 'put somebody else in their place; plumbline on-call shows whose turn it is when',
  },
  'escalation-nobody': {
    severity: 'warning',
    meaning: 'A policy escalates incidents to a team without anybody in it, or to the lead of one that has none.',
    fix: 'give the team members and a lead, or name somebody else in the step',
  },
} as const satisfies CodeBook
