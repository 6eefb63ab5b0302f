import type { CodeBook } from '../model/diagnostic.ts'

export const codes = {
  'yaml-syntax': {
    severity: 'error',
    meaning: 'A file is not YAML.',
    fix: 'Mend the file at the place that is named; an editor with a YAML language server shows it while you type',
  },
  'too-deep': {
    severity: 'error',
    meaning: 'A document is nested deeper than the limit.',
    fix: 'Make the document flatter; limits.depth in plumbline.yaml says how deep it may be (at most 64)',
  },
  'alias-limit': {
    severity: 'error',
    meaning: 'A document uses so many aliases that it would become huge.',
    fix: 'Write the values out; limits.aliases in plumbline.yaml says how many aliases a document may hold',
  },
  'alias-cycle': {
    severity: 'error',
    meaning: 'An alias stands inside the value that it names.',
    fix: 'Remove the alias',
  },
  'forbidden-key': {
    severity: 'error',
    meaning: 'A key is one of __proto__, constructor and prototype, which programs mistake for something else.',
    fix: 'Use another key',
  },
  'duplicate-key': {
    severity: 'error',
    meaning: 'Two keys of a map are the same, or a key is itself a list or a map.',
    fix: 'Keep one of them; 1 and "1" are the same key',
  },
  'yaml-directive-forbidden': {
    severity: 'error',
    meaning: 'A file sets a YAML version or tag handles, which changes what the same text means.',
    fix: 'Remove the line that starts with %; documents are YAML 1.2',
  },
  'merge-not-allowed': {
    severity: 'error',
    meaning: 'A map uses the merge key <<, which YAML 1.2 does not have.',
    fix: 'Write the values out',
  },
  'tag-not-allowed': {
    severity: 'error',
    meaning: 'A value carries a tag other than !!str, !!map and !!seq.',
    fix: 'Remove the tag; quote the value where it shall be text',
  },
  'integer-range': {
    severity: 'error',
    meaning: 'A whole number has more digits than can be kept exactly.',
    fix: 'Quote it where it is an identifier, or write a smaller number',
  },
  'not-finite': {
    severity: 'error',
    meaning: 'A number is infinite or not a number.',
    fix: 'Write a number, or quote the value where it is text',
  },
  'quote-mode': {
    severity: 'error',
    meaning:
      'A number with a leading zero, such as a file mode, is not quoted: YAML reads 0644 as six hundred and forty-four.',
    fix: 'Put it in quotes: mode: "0644"',
  },
  encoding: {
    severity: 'error',
    meaning: 'A file is not UTF-8.',
    fix: 'Save the file as UTF-8',
  },
  'empty-document': {
    severity: 'error',
    meaning: 'A file that should hold documents holds none.',
    fix: 'Write a document into it, or remove it',
  },
  'size-limit': {
    severity: 'error',
    meaning: 'A file, a line or the number of files is over the limit.',
    fix: 'Split it, or raise the limit under spec.limits in plumbline.yaml',
  },
  'path-outside-repository': {
    severity: 'error',
    meaning: 'A path leaves the estate: a symbolic link, a submodule, ../ or git’s own folder.',
    fix: 'Put the file itself into the repository',
  },
  'path-collision': {
    severity: 'error',
    meaning: 'Two paths differ by upper and lower case only, so that some machines can hold one of them only.',
    fix: 'Rename one of them',
  },
  'secret-in-desired-state': {
    severity: 'error',
    meaning:
      'A file holds a private key or the token of a well-known service. Whoever can read the repository can read it, for ever.',
    fix: 'Take the secret as disclosed: revoke it, make a new one, and keep that outside the repository',
  },
  envelope: {
    severity: 'error',
    meaning: 'A document lacks apiVersion, kind or metadata.name, or they are not what they must be.',
    fix: 'A document starts with apiVersion: plumbline/v1, kind: <Kind> and metadata: { name: <name> }',
  },
  'unknown-kind': {
    severity: 'error',
    meaning: 'There is no kind of that name.',
    fix: 'plumbline explain lists the kinds; a kind of your own needs a schema in the schemas folder of the estate',
  },
  'front-matter': {
    severity: 'error',
    meaning: 'A runbook or an article does not begin with front matter that says what it is.',
    fix: 'Begin the file with a line ---, its title: and owner:, and another line ---; README.md files need none',
  },
  'runbook-step': {
    severity: 'error',
    meaning: 'A step of a runbook is not written as steps are.',
    fix: 'Write the line of its block as ```sh step=NAME on=host/web-01 timeout=60 expect="^active"',
  },
} as const satisfies CodeBook
