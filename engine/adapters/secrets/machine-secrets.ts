import { realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import { parseSecretRef, type Sealed, type SecretRef } from '../../model/secret-ref.ts'
import type { SecretAnswer, SecretQuestion, Secrets } from '../../ports/secrets.ts'
import { openAge, sealAge } from './age.ts'
import {
  configFolder,
  type Identities,
  identityPath,
  readIdentities,
  readPrivate,
  type SecretsEnvironment,
  writePrivate,
} from './identities.ts'
import { openSops } from './sops.ts'

/**
 * Secrets as this machine knows them. Documents come from pull requests: what they can reach of the machine is what its
 * operator put there for them, variables with our prefix and files in folders for secrets, and nothing else.
 */
export function machineSecrets(env: SecretsEnvironment): Secrets {
  let read: Promise<Identities> | undefined
  const identities = (): Promise<Identities> => (read ??= readIdentities(env))
  return {
    async resolve(questions) {
      const answers = new Map<string, SecretAnswer>()
      for (const question of questions) answers.set(question.reference, await answer(question, env, identities))
      return answers
    },
    async seal(value, recipients) {
      try {
        return { armoured: await sealAge(value, recipients) }
      } catch {
        return { problem: 'one of the recipients is no age recipient' }
      }
    },
    async makeIdentity() {
      const path = identityPath(env)
      const identity = await generateIdentity()
      const recipient = await identityToRecipient(identity)
      const text = `# public key: ${recipient}\n${identity}\n`
      if (await writePrivate(path, text)) return { recipient, path }
      return { problem: `${path} is there already` }
    },
    async recipients() {
      const found = await identities()
      if ('problem' in found) return []
      const known = await Promise.all(found.identities.map((i) => identityToRecipient(i).catch(() => undefined)))
      return known.flatMap((recipient) => recipient ?? [])
    },
  }
}

async function answer(
  { reference, sealed }: SecretQuestion,
  env: SecretsEnvironment,
  identities: () => Promise<Identities>,
): Promise<SecretAnswer> {
  const ref = parseSecretRef(reference)
  if (ref === undefined) return { problem: 'it names no secret' }
  const found =
    ref.provider === 'age'
      ? await unsealed(sealed, identities)
      : ref.provider === 'env'
        ? fromEnvironment(ref, env)
        : await fromFile(ref, env)
  if ('problem' in found) return found
  const value = withoutLineEnd(found.value)
  if (value === '') return { problem: 'it is empty' }
  if (/[\0\ufdd0\ufdd1]/.test(value)) return { problem: 'it holds characters that no text holds' }
  return { value }
}

async function unsealed(sealed: Sealed | undefined, identities: () => Promise<Identities>): Promise<SecretAnswer> {
  if (sealed === undefined) return { problem: 'it is not in the estate' }
  const own = await identities()
  if ('problem' in own) return own
  const fits = { problem: `no identity in ${own.from} opens it` }
  if (sealed.form === 'sops') {
    const value = await openSops(sealed, own.identities)
    return value === undefined ? fits : { value }
  }
  const bytes = await openAge(sealed.bytes, own.identities)
  if (bytes === undefined) return fits
  try {
    return { value: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { problem: 'it is no text' }
  }
}

/** Only variables with our prefix: a document must not reach the credentials of whatever runs us. */
function fromEnvironment({ name }: SecretRef, env: SecretsEnvironment): SecretAnswer {
  const variable = `PLUMBLINE_SECRET_${name}`
  const value = env[variable]
  return value === undefined ? { problem: `the variable ${variable} is not set` } : { value }
}

/** Folders that files may come from: those that are named, else the user's own and the usual ones of servers. */
function secretFolders(env: SecretsEnvironment): readonly string[] {
  const named = (env['PLUMBLINE_SECRETS_PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'))
  if (named.length > 0) return named
  const credentials = env['CREDENTIALS_DIRECTORY'] ?? ''
  return [
    join(configFolder(env), 'secrets'),
    ...(credentials.startsWith('/') ? [credentials] : []),
    '/run/secrets',
    '/etc/plumbline/secrets',
  ]
}

async function fromFile({ name }: SecretRef, env: SecretsEnvironment): Promise<SecretAnswer> {
  const folders = secretFolders(env)
  const paths = name.startsWith('/') ? [name] : folders.map((folder) => join(folder, name))
  for (const path of paths) {
    const real = await realpath(path).catch(() => undefined)
    if (real === undefined) continue
    const inside = await Promise.all(
      folders.map(async (f) => real.startsWith(`${await realpath(f).catch(() => f)}${sep}`)),
    )
    if (!inside.includes(true))
      return { problem: `${path} is in none of the folders for secrets (${folders.join(', ')})` }
    const read = await readPrivate(real)
    return 'problem' in read ? read : { value: read.text }
  }
  return { problem: `there is no such file in ${folders.join(', ')}` }
}

/** What editors and echo add behind a value of one line; a value of several lines is kept as it is. */
function withoutLineEnd(text: string): string {
  const bare = text.replace(/\r?\n$/, '')
  return bare.includes('\n') ? text : bare
}
