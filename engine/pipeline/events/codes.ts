import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'event-source-unknown': {
    severity: 'error',
    meaning:
      'Events were to be taken from a source that no EventSource document of the target branch describes, or that sends another format.',
    fix: 'name one with --source; plumbline get EventSource lists them',
  },
  'event-refused': {
    severity: 'error',
    meaning:
      'What was sent as events is none of them: not JSON, not of the format of its source, or more than is taken at once.',
    fix: 'send what Alertmanager sends to webhooks (version 4), or CloudEvents 1.0 as JSON',
  },
  'events-full': {
    severity: 'error',
    meaning: 'So many conditions fail at once that no more are kept.',
    fix: 'have plumbline work look after what is there, ignore at the source what nobody needs, and send it again',
  },
  'event-source-token': {
    severity: 'warning',
    meaning:
      'The token of an EventSource can not be had on this machine, is shorter than 16 characters, or is that of another source: it can send nothing.',
    fix: 'give the server the secret that the document names; openssl rand -hex 32 makes one',
  },
  'event-incident-failed': {
    severity: 'error',
    meaning: 'An incident could not be opened, kept up or resolved along with the events that it comes from.',
    fix: 'see what stands in the way; it is tried again at the next turn of plumbline work',
  },
} as const satisfies CodeBook
