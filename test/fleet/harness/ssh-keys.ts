import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { must } from './run.ts'

/** Makes an ed25519 key pair (OpenSSH format, no passphrase) at `file` and `file`.pub, in place of one that is there. Returns "ssh-ed25519 AAAA…". */
export async function makeKey(file: string, comment: string): Promise<string> {
  mkdirSync(dirname(file), { recursive: true })
  for (const old of [file, `${file}.pub`]) rmSync(old, { force: true })
  await must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', file])
  const [type = '', key = ''] = readFileSync(`${file}.pub`, 'utf8').split(' ')
  return `${type} ${key}`
}

/** One line of a known_hosts file. */
export function knownHost(host: { address: string; port: number; hostKey: string }): string {
  return `${host.port === 22 ? host.address : `[${host.address}]:${host.port}`} ${host.hostKey}\n`
}
