import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { SshKeyType } from '../../model/ssh-key.ts'
import { MalformedBlob, WireReader, wireMpint, wireString } from './wire.ts'

/** A public key that can check signatures. `application` is what a hardware key signs for (`ssh:`). */
export interface CheckingKey {
  readonly type: SshKeyType
  readonly key: KeyObject
  readonly application?: string
}

export const curves = {
  nistp256: { jwk: 'P-256', hash: 'sha256', bytes: 32 },
  nistp384: { jwk: 'P-384', hash: 'sha384', bytes: 48 },
  nistp521: { jwk: 'P-521', hash: 'sha512', bytes: 66 },
} as const

export type Curve = keyof typeof curves

/** Smaller RSA keys have been broken or will be. */
const rsaBits = 2048

/** Reads a public key in wire format. Throws `MalformedBlob` for anything that is not one of the types we accept. */
export function readPublicKey(blob: Uint8Array): CheckingKey {
  const reader = new WireReader(blob)
  const type = reader.text()
  const key = readKey(type, reader)
  reader.end()
  return key
}

function readKey(type: string, reader: WireReader): CheckingKey {
  switch (type) {
    case 'ssh-ed25519':
      return { type, key: ed25519(reader.bytes()) }
    case 'sk-ssh-ed25519@openssh.com':
      return { type, key: ed25519(reader.bytes()), application: reader.text() }
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384':
    case 'ecdsa-sha2-nistp521':
      return { type, key: ecdsa(curveOf(type), reader) }
    case 'sk-ecdsa-sha2-nistp256@openssh.com':
      return { type, key: ecdsa('nistp256', reader), application: reader.text() }
    case 'ssh-rsa':
      return { type, key: rsa(reader) }
    default:
      throw new MalformedBlob(`keys of type ${JSON.stringify(type.slice(0, 64))} are not accepted`)
  }
}

export function curveOf(type: string): Curve {
  return type.endsWith('p384') ? 'nistp384' : type.endsWith('p521') ? 'nistp521' : 'nistp256'
}

function ed25519(x: Buffer): KeyObject {
  return publicKey({ kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') })
}

function ecdsa(curve: Curve, reader: WireReader): KeyObject {
  const { jwk, bytes } = curves[curve]
  if (reader.text() !== curve) throw new MalformedBlob('its curve contradicts its type')
  const point = reader.bytes()
  if (point.length !== 1 + 2 * bytes || point[0] !== 4) throw new MalformedBlob('its point is not an uncompressed one')
  const [x, y] = [point.subarray(1, 1 + bytes), point.subarray(1 + bytes)]
  return publicKey({ kty: 'EC', crv: jwk, x: x.toString('base64url'), y: y.toString('base64url') })
}

function rsa(reader: WireReader): KeyObject {
  const [e, n] = [reader.mpint(), reader.mpint()]
  const key = publicKey({ kty: 'RSA', n: n.toString('base64url'), e: e.toString('base64url') })
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < rsaBits)
    throw new MalformedBlob(`RSA keys under ${rsaBits} bits are not accepted`)
  return key
}

function publicKey(jwk: JsonWebKey): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    throw new MalformedBlob('it is no valid public key')
  }
}

/** The wire format of a public key; undefined for types that SSH does not have or we do not accept. */
export function writePublicKey(key: KeyObject): { readonly type: SshKeyType; readonly blob: Buffer } | undefined {
  const jwk = key.export({ format: 'jwk' })
  const [x, y] = [Buffer.from(jwk.x ?? '', 'base64url'), Buffer.from(jwk.y ?? '', 'base64url')]
  if (jwk.kty === 'OKP' && jwk.crv === 'Ed25519')
    return { type: 'ssh-ed25519', blob: Buffer.concat([wireString('ssh-ed25519'), wireString(x)]) }
  if (jwk.kty === 'RSA') {
    const [e, n] = [Buffer.from(jwk.e ?? '', 'base64url'), Buffer.from(jwk.n ?? '', 'base64url')]
    return { type: 'ssh-rsa', blob: Buffer.concat([wireString('ssh-rsa'), wireMpint(e), wireMpint(n)]) }
  }
  const curve = (Object.keys(curves) as Curve[]).find((name) => curves[name].jwk === jwk.crv)
  if (jwk.kty !== 'EC' || curve === undefined) return undefined
  const type = `ecdsa-sha2-${curve}` as const
  const point = Buffer.concat([Buffer.from([4]), x, y])
  return { type, blob: Buffer.concat([wireString(type), wireString(curve), wireString(point)]) }
}
