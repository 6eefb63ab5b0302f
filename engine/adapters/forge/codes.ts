import { type CodeBook, reporter } from '../../model/diagnostic.ts'
import { RepositoryError } from '../../ports/repository.ts'

export const codes = {
  'forge-facts': {
    severity: 'error',
    meaning:
      'A file with what a forge says of pull requests is not in the form that it has to have, so nothing of it is believed.',
    fix: 'write it as the guide to continuous integration says, and from what the API of the forge answers only',
  },
  'forge-unreadable': {
    severity: 'error',
    meaning:
      'What the remote keeps of pull requests, in refs/plumbline/forge, is not in the form that it has to have, so nothing of it is believed.',
    fix: 'see who wrote it: git fetch origin refs/plumbline/forge && git log -p FETCH_HEAD; then push the last sound commit there, by force',
  },
  'forge-unfit': {
    severity: 'error',
    meaning:
      'What was to be kept of a pull request is larger, or of another form, than the remote may keep in refs/plumbline/forge.',
    fix: 'make it shorter, and leave control characters out of titles and names; where the remote keeps too much, take what is long settled out of that ref by hand',
  },
  'forge-unknown': {
    severity: 'error',
    meaning: 'The remote keeps no such pull request, issue, comment or branch, or the branch holds nothing to merge.',
    fix: 'check the number, or push the branch with its commits first',
  },
  'forge-contended': {
    severity: 'error',
    meaning: 'Other writers of pull requests were faster each time. Nothing was written.',
    fix: 'run the command again',
  },
} as const satisfies CodeBook

const report = reporter(codes)

export function forgeError(code: keyof typeof codes, summary: string): RepositoryError {
  const { hint } = report(code, { summary })
  return new RepositoryError(code, summary, hint ?? codes[code].fix)
}
