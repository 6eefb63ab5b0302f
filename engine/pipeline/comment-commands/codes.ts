import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'command-misused': {
    severity: 'error',
    meaning: 'A comment on a pull request begins as a command to Plumbline, and is none.',
    fix: 'say /plumbline help for what there is, in a new comment',
  },
  'command-edited': {
    severity: 'error',
    meaning:
      'A comment with a command was edited. Whoever may edit comments of others could speak for them so, and it does not count.',
    fix: 'write a new comment',
  },
  'command-not-allowed': {
    severity: 'error',
    meaning: 'Who wrote a comment may not have done what it asks for.',
    fix: 'ask somebody who may; spec.changes.commands of plumbline.yaml names the teams, and permission to write to the repository is needed',
  },
  'plan-not-newest': {
    severity: 'error',
    meaning: 'A comment approves another plan than the one that the pull request has now.',
    fix: 'read the newest plan, and approve it by the digest that stands there',
  },
  'request-not-open': {
    severity: 'error',
    meaning: 'What was asked for is for open pull requests, and this one is merged or closed.',
    fix: 'where it is merged, /plumbline apply and /plumbline rollback are what is left; where it was closed, open it again',
  },
  'request-not-merged': {
    severity: 'error',
    meaning: 'What was asked for is for what is merged, and this pull request is not.',
    fix: 'have it approved and merge it first',
  },
  'lock-not-seen-dead': {
    severity: 'error',
    meaning: 'A lock is held, and nobody can see from here whether its holder is dead.',
    fix: 'look whether the process runs; once you know that it does not, name the lock by its number as well',
  },
  'lock-not-held': {
    severity: 'error',
    meaning: 'There is no such lock that anybody holds.',
    fix: 'nothing needs to be freed; the number of a lock grows each time it changes hands',
  },
} as const satisfies CodeBook
