import { createHash } from 'node:crypto'
import type { ServerHostKeyAlgorithm } from 'ssh2'
import { escapeControls } from '../../model/escape.ts'
import type { SessionFailure } from '../../ports/host-session.ts'
import { fastAlgorithms } from './ssh-algorithms.ts'
import { Client } from './ssh2-client.ts'

/** A public host key as a document holds it and a person compares it. */
interface HostKey {
  /** `ssh-ed25519 AAAA…` */
  readonly key: string
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string
}

/** A pinned key, read. */
export interface PinnedKey extends HostKey {
  readonly type: string
  readonly blob: Buffer
}

/** Which signature algorithms prove a key of a type; SHA-1 is not among them. */
const algorithmsOf: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
}

export function fingerprintOf(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}

/** Reads `TYPE BASE64 [comment]`; undefined where it is no key of a type we can check. */
export function parseHostKey(line: string): PinnedKey | undefined {
  const [type = '', base64 = ''] = line.trim().split(/\s+/)
  const blob = Buffer.from(base64, 'base64')
  if (algorithmsOf[type] === undefined || keyType(blob) !== type) return undefined
  return { key: `${type} ${base64}`, type, blob, fingerprint: fingerprintOf(blob) }
}

/**
 * What we ask the host to prove itself with: the pinned types first. The others follow only so that a host whose key was
 * changed for one of another type can be told apart by its fingerprint; a key that isn't pinned is refused all the same.
 */
export function hostKeyAlgorithms(pinned: readonly PinnedKey[]): ServerHostKeyAlgorithm[] {
  const wanted = pinned.flatMap((key) => algorithmsOf[key.type] ?? [])
  return [...new Set([...wanted, ...Object.values(algorithmsOf).flat()])]
}

function keyType(blob: Buffer): string {
  if (blob.length < 4) return ''
  const length = blob.readUInt32BE(0)
  return length > 64 ? '' : blob.toString('latin1', 4, 4 + length)
}

/** Asked for one at a time: a server shows one key for each connection. */
const asked: readonly (readonly ServerHostKeyAlgorithm[])[] = [
  ['ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'rsa-sha2-256'],
]

/**
 * The keys a server holds: each proved by a signature, and none trusted. Nobody logs in. A person compares the
 * fingerprints over another way before a key is pinned. `deadline` is in milliseconds.
 */
export async function fetchHostKeys(
  address: string,
  port: number,
  deadline: number,
): Promise<readonly HostKey[] | SessionFailure> {
  const answers = await Promise.all(asked.map((algorithms) => fetchOne(address, port, deadline, algorithms)))
  const keys = answers.filter((answer): answer is HostKey => 'key' in answer)
  if (keys.length > 0) return keys
  const failure = answers.find((answer): answer is SessionFailure => 'failed' in answer)
  return failure ?? { failed: 'host-unreachable', detail: 'the server showed no host key' }
}

function fetchOne(
  address: string,
  port: number,
  deadline: number,
  algorithms: readonly ServerHostKeyAlgorithm[],
): Promise<HostKey | SessionFailure> {
  return new Promise((resolve) => {
    const client = new Client()
    let shown: Buffer | undefined
    const settle = (answer: HostKey | SessionFailure) => {
      clearTimeout(timer)
      resolve(answer)
      client.destroy()
    }
    const fail = (failed: 'host-unreachable' | 'deadline', detail: string) => settle({ failed, detail })
    const timer = setTimeout(() => fail('deadline', `no answer within ${deadline} ms`), deadline)
    client.on('error', (error) => fail('host-unreachable', escapeControls(error.message)))
    client.on('close', () => fail('host-unreachable', 'the connection was closed'))
    // The signature over the key exchange has been checked when this comes; nothing of us has been sent yet.
    client.on('handshake', () => {
      if (shown) settle({ key: `${keyType(shown)} ${shown.toString('base64')}`, fingerprint: fingerprintOf(shown) })
    })
    client.connect({
      host: address,
      port,
      username: 'nobody',
      readyTimeout: 0,
      algorithms: { ...fastAlgorithms(), serverHostKey: [...algorithms] },
      authHandler: [],
      hostVerifier: (key: Buffer) => {
        shown = Buffer.from(key)
        return true
      },
    })
  })
}
