import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateKeyPair, type KeyPair } from '../adapters/signing/key-pair.ts'
import { memorySigner } from '../adapters/signing/signer.ts'
import type { Signer } from '../ports/repository.ts'
import type { DemoFolder } from './demo-folder.ts'

/** Somebody in the story. */
export interface Player {
  readonly name: string
  readonly fullName: string
  readonly email: string
  readonly publicKey: string
  readonly signer: Signer
}

/** Everybody and everything that holds a key. */
export interface Cast {
  /** Changes things. */
  readonly mira: Player
  /** Looks after security, and reads what others change. */
  readonly jonas: Player
  /** Signs records of the ledger. */
  readonly engine: KeyPair
  /** Logs in to hosts. */
  readonly login: KeyPair
}

/** Makes keys in this process and writes them into the demo's folder, in OpenSSH's own form. */
export async function makeCast(folder: DemoFolder): Promise<Cast> {
  const key = async (name: string): Promise<KeyPair> => {
    const pair = generateKeyPair(name)
    await writeFile(join(folder.keys, name), pair.privateKey, { mode: 0o600 })
    await writeFile(join(folder.keys, `${name}.pub`), `${pair.publicKey} ${name}\n`)
    return pair
  }
  const player = async (name: string, fullName: string): Promise<Player> => {
    const pair = await key(name)
    return {
      name,
      fullName,
      email: `${name}@example.org`,
      publicKey: pair.publicKey,
      signer: memorySigner(pair),
    }
  }
  const cast = {
    mira: await player('mira', 'Mira Okafor'),
    jonas: await player('jonas', 'Jonas Lind'),
    engine: await key('engine'),
    login: await key('login'),
  }
  await writeFile(join(folder.keys, 'allowed_signers'), allowedSigners(cast))
  return cast
}

/** What an auditor was given by hand: whose key is whose. */
function allowedSigners({ mira, jonas, engine }: Cast): string {
  const people = [mira, jonas].map((p) => `Person/${p.name} ${p.publicKey}\n`)
  return `engine ${engine.publicKey}\n${people.join('')}`
}
