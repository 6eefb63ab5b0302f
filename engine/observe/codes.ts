import type { CodeBook } from '../model/diagnostic.ts'

/** Why a host, or a resource on it, is unknown. None of them ever means that something is absent. */
export const codes = {
  'host-unreachable': {
    severity: 'error',
    meaning: 'No connection to the host could be made, or it was closed before the login.',
    fix: 'check address, port and jump host of the Host document, and that the host is up and lets this machine in',
  },
  'host-key-unknown': {
    severity: 'error',
    meaning: 'No host key is pinned for the host, so it is not spoken to: nobody is trusted on first use.',
    fix: 'run plumbline host-key fetch HOST, compare the fingerprint over another way, and add the key to the Host document',
  },
  'host-key-mismatch': {
    severity: 'error',
    meaning:
      'The host shows another key than the pinned one. It was reinstalled, or somebody else answers in its place.',
    fix: 'find out why before anything else; if the new key is right, replace hostKeys in the Host document by a reviewed change',
  },
  'auth-failed': {
    severity: 'error',
    meaning: 'The host accepted none of the keys that were offered for the user.',
    fix: 'check the user in the Host document, the key or agent in use, and authorized_keys on the host',
  },
  'sudo-refused': {
    severity: 'error',
    meaning: 'The login works, but sudo does not let the user become root. Nothing was run.',
    fix: 'give the user a sudo rule on the host, or hand the sudo password in',
  },
  'no-shell': {
    severity: 'error',
    meaning: 'The login works, but the account has no shell that runs commands. Nothing was run.',
    fix: 'give the account a shell, and remove a forced command from its key',
  },
  deadline: {
    severity: 'error',
    meaning: 'The host did not answer within its time.',
    fix: 'look at the load of the host and the network; a longer deadline can be set for slow hosts',
  },
  'output-cap': {
    severity: 'error',
    meaning: 'The host printed more than is read of one host; what came after is not looked at.',
    fix: 'look at what the host prints (a noisy tool, a very large file); the cap can be raised',
  },
  'cut-off': {
    severity: 'error',
    meaning: 'The connection broke before the host had said everything.',
    fix: 'run it again; if it happens again, look at the network and at the sshd log of the host',
  },
  unparsable: {
    severity: 'error',
    meaning: 'What the host printed for a resource can not be read, so nothing is concluded from it.',
    fix: 'log in and run the tool that is named; if its output looks right, please report it with that output',
  },
  'no-permission': {
    severity: 'error',
    meaning: 'The session may not look at the resource.',
    fix: 'let the user use sudo: set sudo in the Host document and a rule on the host',
  },
  'missing-tool': {
    severity: 'error',
    meaning: 'A tool that tells about the resource is not on the host.',
    fix: 'install the tool, or manage the resource on this host in another way',
  },
  unsupported: {
    severity: 'error',
    meaning: 'The host, or this engine, has no way to manage resources of this type.',
    fix: 'let the profile select only hosts that have it',
  },
  'observe-fault': {
    severity: 'error',
    meaning: 'A fault of the engine itself while it looked at a host; the other hosts are not touched by it.',
    fix: 'please report it with the detail',
  },
} as const satisfies CodeBook

export type UnknownReason = keyof typeof codes
