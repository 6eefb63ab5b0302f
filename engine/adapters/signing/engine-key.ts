import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Signer } from '../../ports/repository.ts'
import { signingError } from './codes.ts'
import { generateKeyPair, readPrivateKey } from './key-pair.ts'
import { signerOf } from './signer.ts'

/** The part of the environment that says where the engine's key is. */
export interface EngineKeyEnvironment {
  /** Path of a private key file, or the text of one (as build servers hand secrets out). */
  readonly PLUMBLINE_ENGINE_KEY?: string | undefined
  readonly XDG_CONFIG_HOME?: string | undefined
  readonly HOME?: string | undefined
}

export interface EngineKey {
  readonly signer: Signer
  /** Absent where the key came as text. */
  readonly path?: string
  /** True where it was made just now: the ledger does not know it yet. */
  readonly created: boolean
}

/** Where the engine's key lies by default: in the user's configuration folder after the XDG base directory specification. */
export function engineKeyPath(env: EngineKeyEnvironment): string {
  const configured = env.XDG_CONFIG_HOME ?? ''
  // The specification has relative paths ignored.
  const folder = configured.startsWith('/') ? configured : join(env.HOME || homedir(), '.config')
  return join(folder, 'plumbline', 'engine_ed25519')
}

/**
 * The key that this engine signs ledger entries with. Made on first use (mode 0600), never where
 * `PLUMBLINE_ENGINE_KEY` names one. Two processes that start at once get the same key.
 */
export async function loadOrCreateEngineKey(env: EngineKeyEnvironment): Promise<EngineKey> {
  const named = env.PLUMBLINE_ENGINE_KEY ?? ''
  if (named.includes('PRIVATE KEY-----'))
    return { signer: signerOf(readPrivateKey(named, 'PLUMBLINE_ENGINE_KEY')), created: false }
  const path = named === '' ? engineKeyPath(env) : named
  const created = named === '' && !(await exists(path)) && (await create(path))
  return { signer: await privateFileSigner(path), path, created }
}

async function privateFileSigner(path: string): Promise<Signer> {
  if (!(await exists(path))) throw signingError('signing-key-missing', `there is no private key ${path}`)
  const { mode } = await stat(path)
  if ((mode & 0o077) !== 0)
    throw signingError(
      'signing-key-exposed',
      `${path} has mode ${(mode & 0o777).toString(8)}`,
      `run: chmod 600 ${path}`,
    )
  return signerOf(readPrivateKey(await readFile(path, 'utf8'), path))
}

/** Writes a new key beside its place and links it there, so that nobody ever reads half of one. */
async function create(path: string): Promise<boolean> {
  const pair = generateKeyPair('plumbline engine')
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  const file = await openBeside(path, temporary)
  try {
    await file.writeFile(pair.privateKey)
    await file.sync()
    await link(temporary, path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    await file.close()
    await unlink(temporary)
  }
}

async function openBeside(path: string, temporary: string) {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    return await open(temporary, 'wx', 0o600)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw signingError('engine-key-unwritable', `no key can be written to ${path}: ${code ?? String(error)}`)
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
