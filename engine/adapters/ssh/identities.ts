import { createPrivateKey, sign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { AnyAuthMethod, BaseAgent, ParsedKey } from 'ssh2'
import { createAgent, parseKey } from './ssh2-client.ts'

/** With what to log in. */
export interface IdentityOptions {
  /** Private key files, tried in order before the agent's keys. */
  readonly keyFiles?: readonly string[]
  /** Private keys in memory, in OpenSSH's form; tried before the files. */
  readonly keys?: readonly string[]
  /** Path of an ssh-agent's socket. */
  readonly agent?: string
  /** Asked once for each encrypted key file; undefined skips the file. */
  readonly passphrase?: (file: string) => Promise<string | undefined>
}

/** The ways to log in, in order, and why some could not be had. */
export interface Identities {
  methods(user: string): AnyAuthMethod[]
  readonly problems: readonly string[]
}

/** Reads every key once: parsing and key objects cost more than the rest of a connection. */
export async function loadIdentities(options: IdentityOptions): Promise<Identities> {
  const problems: string[] = []
  const keys: ParsedKey[] = []
  const take = (name: string, key: ParsedKey | string) => {
    if (typeof key === 'string') problems.push(`${name}: ${key}`)
    else keys.push(key)
  }
  for (const text of options.keys ?? []) take('key', prepare(parseKey(text)))
  for (const file of options.keyFiles ?? []) take(file, await loadKey(file, options.passphrase))
  const agent = options.agent === undefined || options.agent === '' ? undefined : cachingAgent(options.agent)
  return {
    problems,
    methods: (username) => [
      ...keys.map((key): AnyAuthMethod => ({ type: 'publickey', username, key })),
      ...(agent === undefined ? [] : [{ type: 'agent', username, agent } satisfies AnyAuthMethod]),
    ],
  }
}

/** Asks the agent for its keys once, not for every host. */
function cachingAgent(socket: string): BaseAgent {
  const agent = createAgent(socket)
  const ask = agent.getIdentities.bind(agent)
  let known: Parameters<Parameters<BaseAgent['getIdentities']>[0]>[1]
  agent.getIdentities = (callback) => {
    if (known) return callback(undefined, known)
    ask((error, keys) => {
      if (!error) known = keys
      callback(error, keys)
    })
  }
  return agent
}

async function loadKey(file: string, passphrase: IdentityOptions['passphrase']): Promise<ParsedKey | string> {
  let text: Buffer
  try {
    text = await readFile(file)
  } catch (error) {
    return error instanceof Error && 'code' in error ? `can't be read (${String(error.code)})` : "can't be read"
  }
  const key = parseKey(text)
  if (!(key instanceof Error) || !/encrypted|passphrase/i.test(key.message)) return prepare(key)
  const phrase = await passphrase?.(file)
  return phrase === undefined ? 'is encrypted and no passphrase was given' : prepare(parseKey(text, phrase))
}

const hashOf: Readonly<Record<string, string>> = {
  'ecdsa-sha2-nistp256': 'sha256',
  'ecdsa-sha2-nistp384': 'sha384',
  'ecdsa-sha2-nistp521': 'sha512',
}

/** Signs with a key object made once, where the library would read the PEM text again for every signature. */
function prepare(parsed: ParsedKey | Error | ParsedKey[]): ParsedKey | string {
  const key = Array.isArray(parsed) ? parsed[0] : parsed
  if (key === undefined || key instanceof Error) return `can't be used: ${key?.message ?? 'it is empty'}`
  if (!key.isPrivateKey()) return 'is not a private key'
  const secret = createPrivateKey(key.getPrivatePEM())
  key.sign = (data, algorithm) => {
    if (algorithm === 'sha1') throw new Error('the server takes only SHA-1 signatures from RSA keys')
    const bytes = typeof data === 'string' ? Buffer.from(data) : data
    return sign(key.type === 'ssh-ed25519' ? null : (algorithm ?? hashOf[key.type] ?? 'sha256'), bytes, secret)
  }
  return key
}
