import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import ssh2 from 'ssh2'
import { signingError } from './codes.ts'
import { writePublicKey } from './public-key.ts'
import { wireString, wireUint32 } from './wire.ts'

export interface KeyPair {
  /** authorized_keys form, without comment. */
  readonly publicKey: string
  /** OpenSSH private key file, not encrypted: keep it with mode 0600. */
  readonly privateKey: string
}

/** Makes an ed25519 key in the files' form of OpenSSH, so that ssh-keygen and ssh-add read it. */
export function generateKeyPair(comment = ''): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
  const point = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  const blob = Buffer.concat([wireString('ssh-ed25519'), wireString(point)])
  return {
    publicKey: `ssh-ed25519 ${blob.toString('base64')}`,
    privateKey: openSshFile(blob, Buffer.concat([seed, point]), comment),
  }
}

/** After PROTOCOL.key of OpenSSH: cipher and key derivation `none`, one key. */
function openSshFile(blob: Buffer, secret: Buffer, comment: string): string {
  const check = randomBytes(4)
  const section = Buffer.concat([check, check, blob, wireString(secret), wireString(comment)])
  const padding = Buffer.from(Array.from({ length: (8 - (section.length % 8)) % 8 }, (_, i) => i + 1))
  const none = wireString('none')
  const file = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    none,
    none,
    wireString(''),
    wireUint32(1),
    wireString(blob),
    wireString(Buffer.concat([section, padding])),
  ])
  const lines = file.toString('base64').match(/.{1,70}/g) ?? []
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`
}

/** A private key ready to sign with, and its public half in wire format. */
export interface PrivateKey {
  readonly key: KeyObject
  readonly blob: Buffer
  readonly publicKey: string
}

/**
 * Reads a private key: OpenSSH's own form, PEM or PKCS#8; encrypted ones with their passphrase. `name` stands in
 * messages (the key itself never does). Throws `RepositoryError`.
 */
export function readPrivateKey(text: string, name: string, passphrase?: string): PrivateKey {
  const key = openSshKey(text, name, passphrase) ?? pemKey(text, name, passphrase)
  const half = writePublicKey(createPublicKey(key))
  if (half === undefined)
    throw signingError('signing-key-unreadable', `${name} is a key of a type that is not accepted`)
  return { key, blob: half.blob, publicKey: `${half.type} ${half.blob.toString('base64')}` }
}

function openSshKey(text: string, name: string, passphrase?: string): KeyObject | undefined {
  if (!text.includes('BEGIN OPENSSH PRIVATE KEY')) return undefined
  const parsed = ssh2.utils.parseKey(text.trim(), passphrase)
  if (parsed instanceof Error) {
    if (/passphrase|decrypt|integrity/i.test(parsed.message))
      throw signingError('signing-key-encrypted', `${name} is encrypted, and no passphrase or a wrong one was given`)
    throw signingError('signing-key-unreadable', `${name} is no private key that can be read here`)
  }
  const key = Array.isArray(parsed) ? parsed[0] : parsed
  if (key === undefined || !key.isPrivateKey())
    throw signingError('signing-key-unreadable', `${name} holds no private key`)
  return createPrivateKey(key.getPrivatePEM())
}

function pemKey(text: string, name: string, passphrase?: string): KeyObject {
  try {
    return createPrivateKey({ key: text, ...(passphrase === undefined ? {} : { passphrase }) })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (/PASSPHRASE|BAD_DECRYPT/.test(code) || text.includes('ENCRYPTED'))
      throw signingError('signing-key-encrypted', `${name} is encrypted, and no passphrase or a wrong one was given`)
    throw signingError('signing-key-unreadable', `${name} is no private key that can be read here`)
  }
}
