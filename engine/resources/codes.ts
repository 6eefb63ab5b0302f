import type { CodeBook } from '../model/diagnostic.ts'

/** What is wrong with a resource beyond what its schema can say, and what a host shows beside what is managed. */
export const codes = {
  'reserved-subject': {
    severity: 'error',
    meaning: 'An account or subject is named that means something special to the system or to sudo.',
    fix: 'choose another name: system accounts, ALL, %groups, #uids and names that begin with a hyphen are refused',
  },
  'resource-invalid': {
    severity: 'error',
    meaning: 'Fields of a resource contradict each other.',
    fix: 'keep one of the fields that are named',
  },
  'unsafe-path': {
    severity: 'error',
    meaning: 'A path on a host is not in its plain form, or lies where the engine keeps its own things.',
    fix: 'write an absolute path without "..", ".", "//" or a slash at its end',
  },
  'sudo-command': {
    severity: 'error',
    meaning: 'A command of a sudo rule is not what sudoers takes for one command.',
    fix: 'write ALL, or a full path with arguments; escape commas, colons, equals signs and backslashes with a backslash',
  },
  'unmanaged-key': {
    severity: 'info',
    meaning: 'An account has a key in authorized_keys that no document declares. It is left as it is.',
    fix: 'declare it, or remove it on the host',
  },
} as const satisfies CodeBook
