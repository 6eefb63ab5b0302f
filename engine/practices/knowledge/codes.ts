import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'knowledge-review-over': {
    severity: 'warning',
    meaning: 'The day on which somebody had to look at a runbook or an article again is over.',
    fix: 'read it, mend it, and write down the next day; or set status: retired',
  },
  'knowledge-owner-left': {
    severity: 'warning',
    meaning: 'Whoever answers for a runbook or an article has left.',
    fix: 'name a team or a person that is there',
  },
  'knowledge-mention-missing': {
    severity: 'warning',
    meaning: 'A runbook or an article speaks of a document that is not there any more.',
    fix: 'say what is there in its place, or retire what is of no use any more',
  },
  'knowledge-title-twice': {
    severity: 'warning',
    meaning: 'Two runbooks or articles have the same title: nobody knows which of them is meant.',
    fix: 'join them, or tell them apart by their titles',
  },
  'runbooks-contradict': {
    severity: 'warning',
    meaning: 'Two current runbooks are for the same symptom of the same service.',
    fix: 'retire one of them, or name the symptoms more exactly',
  },
  'runbook-step-unchecked': {
    severity: 'info',
    meaning:
      'A step of a runbook does not say what has to come of it, so that only its status tells whether it worked.',
    fix: 'say what it has to print: expect="^active"',
  },
  'runbook-step-nowhere': {
    severity: 'warning',
    meaning: 'A step of a runbook is for hosts of which there is none.',
    fix: 'name hosts, a service that has hosts, or labels that some host has',
  },
  'catalog-runbook-missing': {
    severity: 'error',
    meaning: 'An item of the catalogue is fulfilled by a runbook that is not there: every request for it would fail.',
    fix: 'name a runbook by its file below runbooks/, without .md, or by its name',
  },
} as const satisfies CodeBook
