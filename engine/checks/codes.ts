import type { CodeBook } from '../model/diagnostic.ts'

export const codes = {
  schema: {
    severity: 'error',
    meaning: 'A document does not have the form that the schema of its kind asks for.',
    fix: 'plumbline explain KIND.field tells what may stand there',
  },
  unallocated: {
    severity: 'error',
    meaning: 'A document asks for the next free address, prefix or VLAN number, and has none yet.',
    fix: 'plumbline address allocate writes the next free one there, and keeps it for this branch',
  },
  unique: {
    severity: 'error',
    meaning: 'Two documents hold a value that only one may have.',
    fix: 'Change or remove one of them',
  },
  immutable: {
    severity: 'error',
    meaning: 'A value that may not change once it is merged was changed.',
    fix: 'Put the old value back; make a new document where something else is meant',
  },
  'grant-expiry': {
    severity: 'error',
    meaning: 'An access grant does not say when it ends, says it without a time zone, or has ended.',
    fix: 'Write the end with a zone, such as 2026-12-31T18:00:00Z; remove the grant where it has ended',
  },
  'exception-expiry': {
    severity: 'error',
    meaning: 'A drift exception has ended, ends more than a year from now, or says its end without a time zone.',
    fix: 'Write an end within a year, such as 2026-12-31T18:00:00Z; remove the exception where it has ended',
  },
  'standard-change': {
    severity: 'error',
    meaning:
      'A template for standard changes names a kind or type that does not exist or is never covered, or has no end within a year.',
    fix: 'Mend what is named; of a template that has ended, agree anew until when it holds, or remove it',
  },
  runbook: {
    severity: 'error',
    meaning: 'A runbook has a pattern or a rule that can’t be used, or speaks of an input that it does not declare.',
    fix: 'Patterns have no look-around and no back-references; `who` is CEL over `actor`; on=input/NAME is an input with ref: Host',
  },
  'time-zone-unknown': {
    severity: 'error',
    meaning: 'A window or freeze names a time zone that does not exist.',
    fix: 'Write a name of the IANA time zone database, such as Europe/Amsterdam or UTC',
  },
  'time-invalid': {
    severity: 'error',
    meaning: 'A window or freeze has a start, end or duration that is none, or ends before it begins.',
    fix: 'Write local times such as 2026-12-18T17:00 that are in the calendar, and durations such as PT3H of at most 31 days',
  },
  'recurrence-invalid': {
    severity: 'error',
    meaning: 'The rule by which a window or freeze comes again is no RRULE of RFC 5545.',
    fix: 'Write parts with a semicolon between them, such as FREQ=WEEKLY;BYDAY=MO,TU',
  },
  'recurrence-refused': {
    severity: 'error',
    meaning: 'The rule by which a window or freeze comes again costs too much to work out, or never comes true.',
    fix: 'Use FREQ=DAILY, WEEKLY, MONTHLY or YEARLY; more than once a day is BYHOUR',
  },
  'recurrence-overlaps': {
    severity: 'error',
    meaning: 'A window or freeze lasts longer than the time until it comes again: it would never end.',
    fix: 'Shorten its duration, or let it come less often',
  },
  'freeze-ended': {
    severity: 'warning',
    meaning: 'A freeze ended more than a month ago and does nothing any more.',
    fix: 'Remove it; the history of the repository keeps it',
  },
  'login-missing': {
    severity: 'error',
    meaning: 'A grant gives a person access to hosts, and the person has no login to give it to.',
    fix: 'Add spec.login to the person',
  },
  // Word for word what the resource types say: a code means one thing wherever it comes from.
  'reserved-subject': {
    severity: 'error',
    meaning: 'An account or subject is named that means something special to the system or to sudo.',
    fix: 'choose another name: system accounts, ALL, %groups, #uids and names that begin with a hyphen are refused',
  },
  rollout: {
    severity: 'error',
    meaning: 'A rollout or a test of a service holds a pattern that could take for ever, or two waves of one name.',
    fix: 'Write the pattern without look-around and back-references; give each wave a name of its own',
  },
  'platform-pattern': {
    severity: 'error',
    meaning: 'A platform of network devices holds a pattern that could take for ever on what a device says.',
    fix: 'write the pattern without look-around and back-references',
  },
  'policy-denied': {
    severity: 'error',
    meaning: 'A document breaks a policy of the estate.',
    fix: 'Change the document so that the policy holds, or change the policy in a change of its own first',
  },
  'policy-warned': {
    severity: 'warning',
    meaning: 'A document breaks a policy of the estate that only warns.',
    fix: 'Change the document so that the policy holds',
  },
  'policy-match': {
    severity: 'error',
    meaning:
      'A policy looks at a kind or resource type that does not exist, or matches documents where it looks at actions: it would look at nothing.',
    fix: 'Mend what stands under match',
  },
  'event-rule': {
    severity: 'error',
    meaning:
      'A rule for events, a silence or a source of events says something that its schema can not tell to be wrong: an expression, a duration, a source that nobody describes.',
    fix: 'Mend what stands there: plumbline explain EventRule',
  },
  'policy-example': {
    severity: 'error',
    meaning: 'A policy accepts one of its own examples that it must refuse, or refuses one that it must accept.',
    fix: 'Mend the rule or the example',
  },
} as const satisfies CodeBook
