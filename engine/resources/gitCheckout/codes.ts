import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'checkout-dirty': {
    severity: 'warning',
    meaning:
      'A checkout holds changes that nobody committed. It is left as it is, and will not be moved to another commit.',
    fix: 'commit them elsewhere or undo them on the host: git status, git stash, git restore',
  },
  'checkout-url': {
    severity: 'error',
    meaning: 'A checkout names a remote with a protocol that is not allowed, or with a password.',
    fix: 'write https://host/path, ssh://user@host/path, user@host:path, file:///path or an absolute path, without a password',
  },
} as const satisfies CodeBook
