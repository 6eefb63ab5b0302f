import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'github-address': {
    severity: 'error',
    meaning: 'The repository on GitHub, or the address of its API, is not one that can be used.',
    fix: 'set GITHUB_REPOSITORY to owner/name, and GITHUB_API_URL (for GitHub Enterprise Server: https://<host>/api/v3) to an https address; in workflows both are there already',
  },
  'github-credentials': {
    severity: 'error',
    meaning: 'There are no credentials for GitHub, they can not be used, or GitHub does not accept them.',
    fix: 'set GITHUB_TOKEN (in a workflow: secrets.GITHUB_TOKEN), or PLUMBLINE_GITHUB_APP_ID and PLUMBLINE_GITHUB_APP_KEY (a file, or the text of a private key) of an app that is installed on the repository',
  },
  'github-refused': {
    severity: 'error',
    meaning: 'GitHub knows who asks, and does not let them.',
    fix: 'give the job or the app the permission that the message names, under permissions: in the workflow or in the settings of the app',
  },
  'github-missing': {
    severity: 'error',
    meaning: 'GitHub has no such thing, or does not show it to who asks.',
    fix: 'check owner and name of the repository, and that the token or the app may see it',
  },
  'github-rejected': {
    severity: 'error',
    meaning: 'GitHub understood what was asked and will not do it.',
    fix: 'read what GitHub says; where somebody else was faster, run the command again',
  },
  'github-rate-limit': {
    severity: 'error',
    meaning: 'GitHub answers no more requests for the time being, and it would take too long to wait.',
    fix: 'run the command again after the time that the message names; an app of your own has more requests an hour than the token of a workflow',
  },
  'github-unreachable': {
    severity: 'error',
    meaning: 'GitHub did not answer, answered too slowly, or failed again and again.',
    fix: 'check the network and https://www.githubstatus.com, then run the command again: what was done already is not done twice',
  },
  'github-uncertain': {
    severity: 'error',
    meaning: 'The connection ended before GitHub said whether it did what was asked, and it can not be seen from here.',
    fix: 'look at the pull request whether it is there; run the command again where it is not',
  },
  'github-answer': {
    severity: 'error',
    meaning: 'What answers is not of the form that GitHub describes, so nothing of it is believed.',
    fix: 'check that GITHUB_API_URL names the API of GitHub, and that no proxy answers in its place',
  },
} as const satisfies CodeBook
