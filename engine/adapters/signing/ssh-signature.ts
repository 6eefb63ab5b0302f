import { createHash, verify } from 'node:crypto'
import type { SignatureCheck } from '../../model/ssh-key.ts'
import { type CheckingKey, curveOf, curves, readPublicKey } from './public-key.ts'
import { MalformedBlob, WireReader, wireString, wireUint32 } from './wire.ts'

/** SSH signatures after PROTOCOL.sshsig of OpenSSH, version 1. */
const magic = Buffer.from('SSHSIG')
const version = 1
const begin = '-----BEGIN SSH SIGNATURE-----'
const end = '-----END SSH SIGNATURE-----'
/** A signature of the largest RSA key in use takes about 2 KB; more is not a signature. */
const longest = 16_384

export type MessageHash = 'sha256' | 'sha512'

/** The bytes a key signs for `data`: what is signed is bound to its namespace. */
export function signedBytes(data: Uint8Array, namespace: string, hash: MessageHash): Buffer {
  const digest = createHash(hash).update(data).digest()
  return Buffer.concat([magic, wireString(namespace), wireString(''), wireString(hash), wireString(digest)])
}

/** Armours a signature that a key made over `signedBytes`. Both parts are in wire format. */
export function armour(publicKey: Uint8Array, signature: Uint8Array, namespace: string, hash: MessageHash): string {
  const blob = Buffer.concat([
    magic,
    wireUint32(version),
    wireString(publicKey),
    wireString(namespace),
    wireString(''),
    wireString(hash),
    wireString(signature),
  ])
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? []
  return `${[begin, ...lines, end].join('\n')}\n`
}

/** Checks an armoured SSH signature of `data` under a namespace. Says nothing about whether the key may sign. */
export function verifySshSignature(armoured: string, data: Uint8Array, namespace: string): SignatureCheck {
  try {
    const signature = readSignature(armoured)
    if (signature.namespace !== namespace)
      return refused(
        `it was made for the namespace ${JSON.stringify(signature.namespace.slice(0, 64))}, not ${namespace}`,
      )
    const key = readPublicKey(signature.publicKey)
    const signed = signedBytes(data, namespace, signature.hash)
    const because = check(key, signature.signature, signed)
    if (because !== undefined) return refused(because)
    return { ok: true, publicKey: `${key.type} ${signature.publicKey.toString('base64')}` }
  } catch (error) {
    if (error instanceof MalformedBlob) return refused(`it can't be read: ${error.message}`)
    throw error
  }
}

const refused = (because: string): SignatureCheck => ({ ok: false, because })

interface SshSignature {
  readonly publicKey: Buffer
  readonly namespace: string
  readonly hash: MessageHash
  readonly signature: Buffer
}

function readSignature(armoured: string): SshSignature {
  const text = armoured.replaceAll('\r\n', '\n').trim()
  if (text.length > longest || !text.startsWith(`${begin}\n`) || !text.endsWith(`\n${end}`))
    throw new MalformedBlob('it is not an armoured SSH signature')
  const base64 = text.slice(begin.length, -end.length).replaceAll('\n', '')
  const blob = Buffer.from(base64, 'base64')
  if (blob.toString('base64') !== base64) throw new MalformedBlob('its base64 is broken')
  const reader = new WireReader(blob)
  if (!reader.take(magic.length).equals(magic)) throw new MalformedBlob('it does not begin with SSHSIG')
  if (reader.uint32() !== version) throw new MalformedBlob('it is of another version than 1')
  const publicKey = reader.bytes()
  const namespace = reader.bytes().toString('utf8')
  reader.bytes() // reserved: ignored, as the format asks
  const hash = reader.text()
  const signature = reader.bytes()
  reader.end()
  if (hash !== 'sha256' && hash !== 'sha512') throw new MalformedBlob('its hash is neither sha256 nor sha512')
  return { publicKey, namespace, hash, signature }
}

/** Undefined where the signature is good, else why it is not. */
function check(key: CheckingKey, signature: Buffer, signed: Buffer): string | undefined {
  const reader = new WireReader(signature)
  const algorithm = reader.text()
  const raw = reader.bytes()
  const wrong = 'the signature does not match what was signed'
  if (key.type === 'ssh-rsa') {
    reader.end()
    // ssh-rsa itself means SHA-1.
    if (algorithm !== 'rsa-sha2-256' && algorithm !== 'rsa-sha2-512')
      return `signatures of RSA keys must be rsa-sha2-256 or rsa-sha2-512, this one is ${JSON.stringify(algorithm.slice(0, 64))}`
    return verify(algorithm === 'rsa-sha2-256' ? 'sha256' : 'sha512', signed, key.key, raw) ? undefined : wrong
  }
  if (algorithm !== key.type) return 'the kind of signature contradicts the kind of key'
  let over = signed
  if (key.application !== undefined) {
    const [flags, counter] = [reader.take(1), reader.take(4)]
    if (((flags[0] ?? 0) & 1) === 0) return 'the hardware key was not touched by anyone'
    over = Buffer.concat([sha256(Buffer.from(key.application, 'latin1')), flags, counter, sha256(signed)])
  }
  reader.end()
  if (key.key.asymmetricKeyType === 'ed25519') return verify(null, over, key.key, raw) ? undefined : wrong
  const { hash, bytes } = curves[curveOf(key.type)]
  const numbers = new WireReader(raw)
  const rs = Buffer.concat([padded(numbers.mpint(), bytes), padded(numbers.mpint(), bytes)])
  numbers.end()
  return verify(hash, over, { key: key.key, dsaEncoding: 'ieee-p1363' }, rs) ? undefined : wrong
}

const sha256 = (data: Buffer): Buffer => createHash('sha256').update(data).digest()

function padded(number: Buffer, length: number): Buffer {
  if (number.length > length) throw new MalformedBlob('a number in it is too large')
  return Buffer.concat([Buffer.alloc(length - number.length), number])
}
