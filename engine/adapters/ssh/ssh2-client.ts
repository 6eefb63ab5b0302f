import { createRequire } from 'node:module'
import type ssh2 from 'ssh2'

/**
 * The parts of the library that a client needs. Its index loads a server, a generator of keys and HTTP agents beside them,
 * which takes as long as everything else of it, before the first packet can be sent.
 */
const load = createRequire(import.meta.url)
export const Client = load('ssh2/lib/client.js') as typeof ssh2.Client
export const { createAgent } = load('ssh2/lib/agent.js') as Pick<typeof ssh2, 'createAgent'>
export const { parseKey } = load('ssh2/lib/protocol/keyParser.js') as Pick<typeof ssh2.utils, 'parseKey'>
