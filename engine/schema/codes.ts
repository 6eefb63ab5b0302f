import type { CodeBook } from '../model/diagnostic.ts'

export const codes = {
  'unsafe-character': {
    severity: 'error',
    meaning:
      'A text holds a character that can’t be seen or that makes text look like another: a control character, a bidi control, a zero-width character.',
    fix: 'Remove the character; write the text anew if you don’t see it',
  },
  'schema-invalid': {
    severity: 'error',
    meaning: 'A file in the estate’s own schemas folder is not a schema of a kind.',
    fix: 'A kind is a JSON Schema 2020-12 in YAML, in schemas/<domain>/<Kind>.yaml, with the kind as its title',
  },
  'schema-pattern': {
    severity: 'error',
    meaning: 'A schema holds a regular expression that can’t be judged in time that grows with the text.',
    fix: 'Write the pattern without look-around and back-references, and with small repeat counts',
  },
} as const satisfies CodeBook
