import { sign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Signer } from '../../ports/repository.ts'
import { signingError } from './codes.ts'
import { type KeyPair, type PrivateKey, readPrivateKey } from './key-pair.ts'
import { curves } from './public-key.ts'
import { armour, signedBytes } from './ssh-signature.ts'
import { WireReader, wireMpint, wireString } from './wire.ts'

/** Signs with a private key file. Throws `RepositoryError` (`signing-key-…`) where it can't be used. */
export async function fileSigner(path: string, passphrase?: string): Promise<Signer> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw signingError('signing-key-missing', `there is no private key ${path}`)
    throw signingError('signing-key-unreadable', `${path} can't be read: ${error.code ?? 'unknown'}`)
  })
  return signerOf(readPrivateKey(text, path, passphrase))
}

/** Signs with a key that is already in memory. */
export function memorySigner(pair: KeyPair): Signer {
  return signerOf(readPrivateKey(pair.privateKey, 'the key in memory'))
}

export function signerOf(key: PrivateKey): Signer {
  return {
    publicKey: key.publicKey,
    sign: async (data, namespace) =>
      armour(key.blob, signWith(key, signedBytes(data, namespace, 'sha512')), namespace, 'sha512'),
  }
}

/** A signature in wire format: its algorithm, then its bytes. */
function signWith(key: PrivateKey, data: Buffer): Buffer {
  const type = new WireReader(key.blob).text()
  if (type === 'ssh-ed25519') return Buffer.concat([wireString(type), wireString(sign(null, data, key.key))])
  if (type === 'ssh-rsa') return Buffer.concat([wireString('rsa-sha2-512'), wireString(sign('sha512', data, key.key))])
  const curve = Object.entries(curves).find(([name]) => type.endsWith(name))?.[1]
  if (curve === undefined) throw new Error(`no way to sign with a key of type ${type}`)
  const rs = sign(curve.hash, data, { key: key.key, dsaEncoding: 'ieee-p1363' })
  const numbers = Buffer.concat([wireMpint(rs.subarray(0, curve.bytes)), wireMpint(rs.subarray(curve.bytes))])
  return Buffer.concat([wireString(type), wireString(numbers)])
}
