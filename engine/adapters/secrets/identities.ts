import { constants } from 'node:fs'
import { mkdir, open, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** The part of the environment that says where secrets are. */
export type SecretsEnvironment = Readonly<Record<string, string | undefined>>

export type Identities =
  | { readonly identities: readonly string[]; readonly from: string }
  /** Why there is none: names files, never what is in them. */
  | { readonly problem: string }

/** Folder of the user's own configuration, after the XDG base directory specification. */
export function configFolder(env: SecretsEnvironment): string {
  const configured = env['XDG_CONFIG_HOME'] ?? ''
  const folder = configured.startsWith('/') ? configured : join(env['HOME'] || homedir(), '.config')
  return join(folder, 'plumbline')
}

/** Where this machine's own identity lies. */
export const identityPath = (env: SecretsEnvironment): string =>
  env['PLUMBLINE_AGE_IDENTITY_FILE'] || join(configFolder(env), 'age.txt')

/** The age identities of this machine: a file or variable that is named, in our words or in those of SOPS, or the usual file. */
export async function readIdentities(env: SecretsEnvironment): Promise<Identities> {
  const text = env['SOPS_AGE_KEY']
  const named = env['PLUMBLINE_AGE_IDENTITY_FILE'] || env['SOPS_AGE_KEY_FILE']
  if (!env['PLUMBLINE_AGE_IDENTITY_FILE'] && text) return fromText(text, 'SOPS_AGE_KEY')
  const path = named || identityPath(env)
  const read = await readPrivate(path)
  return 'problem' in read ? read : fromText(read.text, path)
}

function fromText(text: string, from: string): Identities {
  const identities = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.startsWith('AGE-SECRET-KEY-'))
  return identities.length === 0 ? { problem: `${from} holds no age identity` } : { identities, from }
}

/** Reads a small file that others may not read; size and kind are looked at first, so that a device can't hold us up. */
export async function readPrivate(path: string): Promise<{ readonly text: string } | { readonly problem: string }> {
  let handle: Awaited<ReturnType<typeof open>> | undefined
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const found = await handle.stat()
    if (!found.isFile()) return { problem: `${path} is no file` }
    if (found.size > 1_048_576) return { problem: `${path} is larger than a secret may be` }
    if ((found.mode & 0o077) !== 0 && !isReadOnlyMount(path))
      return { problem: `${path} can be read by others; run: chmod 600 ${path}` }
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await handle.readFile()) }
  } catch (error) {
    return { problem: `${path} can't be read: ${(error as NodeJS.ErrnoException).code ?? 'it is no text'}` }
  } finally {
    await handle?.close()
  }
}

/** Orchestrators mount secrets readable for all inside a namespace that holds one program. */
const isReadOnlyMount = (path: string): boolean => path.startsWith('/run/secrets/')

/** Writes a private file that is not there yet; false where it is. */
export async function writePrivate(path: string, text: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  if (await stat(path).catch(() => undefined)) return false
  const handle = await open(path, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  return true
}
