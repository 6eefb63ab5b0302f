import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'webhook-secret': {
    severity: 'error',
    meaning: 'The secret by which hooks are told from forgeries is not set, or is too short to be one.',
    fix: 'set PLUMBLINE_WEBHOOK_SECRET to what stands in the settings of the webhook (openssl rand -hex 32 makes one); to take events only, describe who sends them in an EventSource',
  },
} as const satisfies CodeBook
