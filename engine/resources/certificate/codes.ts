import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'certificate-invalid': {
    severity: 'error',
    meaning:
      'A certificate resource holds something that is no certificate in PEM form, or a private key where a certificate belongs.',
    fix: 'give certificate and chain as PEM text (-----BEGIN CERTIFICATE-----), and the key as a secret under key',
  },
  'certificate-expires': {
    severity: 'warning',
    meaning: 'A certificate on a host ends soon, or has ended, by the clock of the host.',
    fix: 'renew it; where something on the host should have done that (certbot), see why it did not',
  },
  'certificate-key': {
    severity: 'warning',
    meaning: 'A certificate that is only observed has a key beside it that does not belong to it.',
    fix: 'see what renews the pair, and whether it was stopped half-way',
  },
} as const satisfies CodeBook
