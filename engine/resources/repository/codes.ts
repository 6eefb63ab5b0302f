import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'repository-unsigned': {
    severity: 'warning',
    meaning: 'A package source is trusted without a key: whoever can answer in its name can install anything as root.',
    fix: 'give key or keyring instead of trusted, unless the source is on the host itself',
  },
  'repository-key': {
    severity: 'error',
    meaning: 'The key of a package source is no armoured public key.',
    fix: 'give the text from -----BEGIN PGP PUBLIC KEY BLOCK----- to -----END PGP PUBLIC KEY BLOCK-----',
  },
} as const satisfies CodeBook
