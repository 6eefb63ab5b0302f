import type { Sha256 } from './canonical.ts'

/** A public key as authorized_keys writes it, taken apart. */
export interface SshPublicKey {
  readonly type: SshKeyType
  /** The key in SSH's wire format. */
  readonly blob: Uint8Array
  readonly base64: string
  readonly comment: string
}

const keyTypes = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
] as const

export type SshKeyType = (typeof keyTypes)[number]

/** What a check of an SSH signature found. Never says ok without the key that made it. */
export type SignatureCheck =
  | { readonly ok: true; readonly publicKey: string }
  | { readonly ok: false; readonly because: string }

/** Checks an armoured SSH signature of `data` under a namespace. Handed in where pure code needs it. */
export type VerifySignature = (armoured: string, data: Uint8Array, namespace: string) => SignatureCheck

/** Reads `type base64 [comment]`. Undefined for anything else: options, certificates, a type that the blob contradicts. */
export function parseSshPublicKey(text: string): SshPublicKey | undefined {
  const match = /^([a-z0-9@.-]+)[ \t]+([A-Za-z0-9+/]+={0,2})(?:[ \t]+([^\r\n]*))?$/.exec(text.trim())
  const type = keyTypes.find((t) => t === match?.[1])
  const base64 = match?.[2]
  if (type === undefined || base64 === undefined) return undefined
  const blob = bytesOfBase64(base64)
  if (blob === undefined || !startsWithType(blob, type)) return undefined
  return { type, blob, base64, comment: match?.[3]?.trim() ?? '' }
}

/** The one spelling of a public key, `type base64` without comment; undefined where it is none. Equal keys compare equal. */
export function canonicalSshKey(text: string): string | undefined {
  const key = parseSshPublicKey(text)
  return key === undefined ? undefined : `${key.type} ${key.base64}`
}

/** `SHA256:…` as `ssh-keygen -l` prints it; undefined where the text is no public key. */
export function sshFingerprint(sha256: Sha256, publicKey: string): string | undefined {
  const key = parseSshPublicKey(publicKey)
  if (key === undefined) return undefined
  const hex = sha256(key.blob)
  const bytes = Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16))
  return `SHA256:${base64OfBytes(bytes).replace(/=+$/, '')}`
}

/** Bytes behind strict base64 (padding as it must be, nothing ignored); undefined where it is not. */
export function bytesOfBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
  return base64OfBytes(bytes) === text ? bytes : undefined
}

export function base64OfBytes(bytes: Uint8Array): string {
  let text = ''
  // In pieces: a call takes only so many arguments.
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return btoa(text)
}

function startsWithType(blob: Uint8Array, type: string): boolean {
  if (blob.length < 4 + type.length) return false
  const length = new DataView(blob.buffer, blob.byteOffset).getUint32(0)
  return length === type.length && new TextDecoder().decode(blob.subarray(4, 4 + length)) === type
}
