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
  'scim-unreadable': {
    severity: 'error',
    meaning:
      'What a directory gave, or the file it was kept in, could not be read as SCIM 2.0 says (RFC 7643, RFC 7644).',
    fix: 'mend what is named; a file holds what GET /Users and GET /Groups answer',
  },
  'scim-user': {
    severity: 'warning',
    meaning: 'A user or group of the directory can not be a document, and was left out.',
    fix: 'give it a name of letters and digits and, where it is a user, an address of mail in the directory',
  },
  'scim-name': {
    severity: 'error',
    meaning: 'Two users or groups of the directory come to one document, so the second was left out.',
    fix: 'rename one of them, or write the id of the right one into its document: annotation scim-id, for a group externalId',
  },
  'scim-active': {
    severity: 'warning',
    meaning: 'Somebody has left by their document, and not by the directory. An import brings nobody back.',
    fix: 'take active: false out of the document where they came back, or close the account in the directory',
  },
  'scim-gone': {
    severity: 'warning',
    meaning: 'Somebody came from the directory once and is not in it any more.',
    fix: 'write active: false into their document where they have left',
  },
  'scim-member': {
    severity: 'warning',
    meaning: 'A group of the directory has members that were not given or were left out.',
    fix: 'import users and groups together',
  },
} as const satisfies CodeBook
