import type { CodeBook } from '../model/diagnostic.ts'

/** Why nothing is known of a network device. None of them ever means that its configuration is empty. */
export const codes = {
  'device-unreachable': {
    severity: 'error',
    meaning: 'No connection to a network device could be made, or it was closed before the login.',
    fix: 'check address, port and jump host of the NetworkDevice document, and that the device lets this machine in',
  },
  'device-key-unknown': {
    severity: 'error',
    meaning: 'No host key is pinned for a network device, so it is not spoken to: nobody is trusted on first use.',
    fix: 'run plumbline host-key fetch ADDRESS, compare the fingerprint over another way, and add the key to the NetworkDevice document',
  },
  'device-key-mismatch': {
    severity: 'error',
    meaning:
      'A network device shows another key than the pinned one: it was replaced, or somebody else answers in its place.',
    fix: 'find out why before anything else; if the new key is right, replace hostKeys in the NetworkDevice document by a reviewed change',
  },
  'device-login-refused': {
    severity: 'error',
    meaning:
      'A network device takes neither the keys nor the password that it was offered, or its enable command is refused.',
    fix: 'check ssh.user, ssh.password and ssh.enablePassword of the NetworkDevice document, the key in use, and the account on the device',
  },
  'device-secret-missing': {
    severity: 'error',
    meaning: 'A password that a network device asks for is not to be had on this machine.',
    fix: 'name it in the NetworkDevice document, and see plumbline secret for who can read it',
  },
  'device-not-agreed': {
    severity: 'error',
    meaning:
      'How a network device is reached or spoken to is not what is merged, so it is not spoken to: commands and passwords would go wherever an unreviewed document says.',
    fix: 'have it reviewed and merged; at your own keyboard, --unmerged says that you have read the documents',
  },
  'device-no-terminal': {
    severity: 'error',
    meaning: 'The login to a network device works, but it gives no terminal.',
    fix: 'let the account use a shell on the device',
  },
  'device-deadline': {
    severity: 'error',
    meaning: 'A network device did not answer in time, or with no prompt that its platform knows.',
    fix: 'compare the last line that is shown with prompt and pagers of the platform; timeout gives slow devices longer',
  },
  'device-cut-off': {
    severity: 'error',
    meaning: 'A network device closed the connection before it had said everything.',
    fix: 'run it again; if it happens again, look at the log of the device',
  },
  'device-output-cap': {
    severity: 'error',
    meaning: 'A network device printed more than is read of one: 4 MiB, or 16 KiB in one line.',
    fix: 'look at what it prints; a command that shows less may be given as show of its platform',
  },
  'device-command-refused': {
    severity: 'error',
    meaning: 'A network device does not take a command of its platform.',
    fix: 'correct the command in the NetworkPlatform document, or give the account the right to it',
  },
  'device-config-unreadable': {
    severity: 'error',
    meaning:
      'The configuration that a network device showed is empty, not whole, or not of the form that its platform says, so nothing is concluded from it.',
    fix: 'log in and run the command; correct show, lastLine or sections of the platform',
  },
  'golden-unreadable': {
    severity: 'error',
    meaning: 'The golden configuration of a network device is not of the form that its platform says.',
    fix: 'correct the text, or sections of the platform',
  },
  'golden-missing': {
    severity: 'error',
    meaning: 'A network device that was named has no golden configuration to be compared with.',
    fix: 'start with what plumbline device show prints, and name the file in golden of its document',
  },
} as const satisfies CodeBook

/** Why nothing is known of a device, with a detail that may hold what the device said. */
export interface DeviceFailure {
  readonly failed: keyof typeof codes
  readonly detail: string
}
