import type { CodeBook } from '../model/diagnostic.ts'

export const codes = {
  'table-unknown': {
    severity: 'error',
    meaning: 'A query names a table that does not exist.',
    fix: 'plumbline query --tables lists the tables and their columns',
  },
  'column-unknown': {
    severity: 'error',
    meaning: 'A query names a column that the table does not have.',
    fix: 'plumbline query TABLE --tables lists the columns of a table',
  },
  'query-invalid': {
    severity: 'error',
    meaning: 'The condition of a query is not CEL, or can be told of no row.',
    fix: 'quote texts ("nginx"), compare with == and join with && and ||; the query guide has examples',
  },
  'query-cost': {
    severity: 'error',
    meaning: 'The condition of a query costs more than is allowed for one row.',
    fix: 'nest fewer loops over lists',
  },
  'rows-left-out': {
    severity: 'warning',
    meaning: 'Of some rows the condition can not be told, for they lack a field it asks for; they are left out.',
    fix: 'guard what may be missing: has(spec.rack) && spec.rack.rack == "r04"',
  },
  'hosts-not-seen': {
    severity: 'warning',
    meaning:
      'Some hosts could not be looked at now, or no snapshot is kept of them: what they are like is old, or not in the answer.',
    fix: 'run plumbline observe, or query with --observe',
  },
  'facts-not-seen': {
    severity: 'warning',
    meaning:
      'Of some hosts the facts that a query is about could not be had, or were never looked at: the answer has no rows of theirs.',
    fix: 'run plumbline observe; plumbline query gaps says what could not be had, and why',
  },
} as const satisfies CodeBook
