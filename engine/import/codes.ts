import type { CodeBook } from '../model/diagnostic.ts'

export const codes = {
  'import-target': {
    severity: 'error',
    meaning: 'What was given is no way to a host.',
    fix: 'write ssh://user@host, with :port where it is not 22, or the name of a Host document',
  },
  'import-host-key': {
    severity: 'error',
    meaning: 'Nobody has said yet which key the host has, so it was not logged in to.',
    fix: 'compare the fingerprint with the one that ssh-keygen -lf prints on the host itself, and run it again with --accept-host-key SHA256:…',
  },
  'import-exists': {
    severity: 'error',
    meaning: 'Documents of the host are there already, and import would write over them.',
    fix: 'name another with --name, or let it write over them with --force',
  },
  'import-place': {
    severity: 'error',
    meaning: 'It is not known to which environment or site of the estate the host belongs.',
    fix: 'name it with --environment and --site; plumbline get Environment lists what there is',
  },
  'import-name': {
    severity: 'error',
    meaning: 'The host goes by a name that no document can have, or that another one has.',
    fix: 'name it with --name: lower-case letters, digits, dots and hyphens',
  },
  'import-unseen': {
    severity: 'error',
    meaning: 'The host could not be seen, so there is nothing to write down.',
    fix: 'mend what is named; plumbline facts HOST tells whether a host can be seen',
  },
  'import-estate': {
    severity: 'error',
    meaning: 'The documents of the estate have errors, so nothing can be proved about those that would be added.',
    fix: 'run plumbline validate, and mend what it finds',
  },
  'import-shared': {
    severity: 'error',
    meaning: 'The profiles of the hosts can not be factored as asked.',
    fix: 'name hosts that were imported with --hosts, and a label that no other host carries with --label',
  },
} as const satisfies CodeBook
