import type { CodeBook } from '../../model/diagnostic.ts'
import { RepositoryError } from '../../ports/repository.ts'

export const codes = {
  'signing-key-missing': {
    severity: 'error',
    meaning: 'The private key that was named is not there.',
    fix: 'name a key file that exists, or make one with: ssh-keygen -t ed25519',
  },
  'signing-key-unreadable': {
    severity: 'error',
    meaning: 'The file is no private key that can be read here.',
    fix: 'use an ed25519, ECDSA or RSA private key file; a hardware key signs through ssh-agent',
  },
  'signing-key-encrypted': {
    severity: 'error',
    meaning: 'The private key is encrypted, and no passphrase or a wrong one was given.',
    fix: 'load it with: ssh-add <file>, and sign through the agent',
  },
  'signing-key-exposed': {
    severity: 'error',
    meaning: 'Other accounts of this machine can read the private key.',
    fix: 'run: chmod 600 <file>; if others may have read it, make a new key',
  },
  'engine-key-unwritable': {
    severity: 'error',
    meaning: "There is no key of this engine yet, and none could be written into the user's configuration folder.",
    fix: 'make that folder writable, or give a key with PLUMBLINE_ENGINE_KEY (a file, or the text of a private key)',
  },
  'agent-unavailable': {
    severity: 'error',
    meaning: 'No ssh-agent answers, or it refused to sign.',
    fix: 'start one with: eval "$(ssh-agent)", then ssh-add',
  },
  'agent-key-missing': {
    severity: 'error',
    meaning: 'The ssh-agent does not hold the key that was named.',
    fix: 'add it with: ssh-add <file>; see what it holds with: ssh-add -L',
  },
} as const satisfies CodeBook

export function signingError(
  code: keyof typeof codes,
  message: string,
  hint: string = codes[code].fix,
): RepositoryError {
  return new RepositoryError(code, message, hint)
}
