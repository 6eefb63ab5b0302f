import type { CodeBook } from '../model/diagnostic.ts'

export const codes = {
  'record-refused': {
    severity: 'error',
    meaning: 'A move of a record is not allowed: the person may not make it, or something that has to hold does not.',
    fix: 'look at the record with: plumbline <type> show NUMBER; its type says who may do what: plumbline <type> types',
  },
  'record-fields': {
    severity: 'error',
    meaning: 'Fields of a record are not what the schema of its type asks for, or name a document that is not there.',
    fix: 'look at the fields with: plumbline <type> new --help',
  },
  'request-refused': {
    severity: 'error',
    meaning: 'Somebody asks for something from the catalogue that is not for them.',
    fix: 'plumbline catalog lists what you can ask for; the team of the item can tell why',
  },
  'record-type-invalid': {
    severity: 'error',
    meaning:
      'A RecordType contradicts itself: a move leads to a state that it does not have, a state can not be reached, an expression is not CEL, a field is not there.',
    fix: 'mend the document; plumbline explain RecordType shows its form',
  },
} as const satisfies CodeBook
