import type { CodeBook } from '../model/diagnostic.ts'

export const codes = {
  'action-failed': {
    severity: 'error',
    meaning: 'A step ended with an error on the host.',
    fix: 'read what the host said; mend the cause and run apply again: it goes on where it stopped',
  },
  'not-as-wanted': {
    severity: 'error',
    meaning: 'A step said it worked, and the host does not show the result.',
    fix: 'look at the resource on the host; something else may manage it as well',
  },
  'changed-meanwhile': {
    severity: 'error',
    meaning: 'What the plan wanted to change was changed by somebody else after it was planned.',
    fix: 'plan again and have the new plan approved',
  },
  'lock-busy': {
    severity: 'error',
    meaning: 'Another action held the lock on the host for too long.',
    fix: 'see what runs there (fuser /var/lib/plumbline/lock), then run apply again',
  },
  'lock-lost': {
    severity: 'error',
    meaning: 'Somebody else took over the lock while this apply was under way; the host refused to be written by it.',
    fix: 'leave the other apply to finish; plumbline log shows it',
  },
  'no-state-folder': {
    severity: 'error',
    meaning:
      'The host could not keep what the engine needs to keep there (full disk, read-only file system, no permission).',
    fix: 'make room or mend the file system under /var/lib/plumbline, then run apply again',
  },
  'preimage-failed': {
    severity: 'error',
    meaning: 'The file could not be kept before it would have been replaced, so it was not touched.',
    fix: 'make room under /var/lib/plumbline on the host, then run apply again',
  },
  'access-not-proved': {
    severity: 'error',
    meaning: 'After a change of access a second login did not work; the host takes the change back by itself.',
    fix: 'check that the change leaves the engine its account, key and sudo',
  },
  'gate-failed': {
    severity: 'error',
    meaning: 'A health gate did not hold after a wave, so the next wave was not started.',
    fix: 'mend the service and run apply again, or roll the change back',
  },
  interrupted: {
    severity: 'error',
    meaning: 'The apply was told to stop: what had begun was finished, the rest was not started.',
    fix: 'run apply again to go on',
  },
  'outcome-unknown': {
    severity: 'error',
    meaning: 'The connection broke while a step was running, so nobody can say what it did.',
    fix: 'when the host is back, run apply again: it looks first',
  },
  'host-failed': {
    severity: 'error',
    meaning: 'A host could not be observed before its wave, so nothing was started there.',
    fix: 'see the reason, then run apply again',
  },
} as const satisfies CodeBook
