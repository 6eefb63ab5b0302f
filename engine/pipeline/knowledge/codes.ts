import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'runbook-unknown': {
    severity: 'error',
    meaning: 'There is no runbook or article of that name on the target branch.',
    fix: 'plumbline runbook list shows those that are there; what is not merged is run with --unmerged, at your own keyboard',
  },
  'runbook-refused': {
    severity: 'error',
    meaning: 'A runbook is not run: whoever asks may not, or it is not as it has to be.',
    fix: 'see what it says; who may run it stands in its front matter',
  },
  'runbook-inputs': {
    severity: 'error',
    meaning: 'A runbook was not told what it has to be told, or something that does not fit.',
    fix: 'plumbline runbook show NAME tells its inputs; give them with --input NAME=VALUE',
  },
  'runbook-hosts': {
    severity: 'error',
    meaning: 'A step of a runbook has no host to run on.',
    fix: 'name one with --host that the step is meant for',
  },
  'runbook-changed': {
    severity: 'error',
    meaning: 'A run can’t be gone on with: its runbook says something else by now.',
    fix: 'end the run with plumbline runbook-run abort, and begin a new one with --from',
  },
} as const satisfies CodeBook
