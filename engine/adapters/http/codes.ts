import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'listen-impossible': {
    severity: 'error',
    meaning: 'The address that a server was to listen on can not be had.',
    fix: 'name another one with --listen, or end what listens there',
  },
} as const satisfies CodeBook
