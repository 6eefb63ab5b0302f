import { Socket } from 'node:net'
import type { AnyAuthMethod, Client, ParsedKey } from 'ssh2'

/** What we use of the library beyond its interface; it is pinned to one version, and the contract of sessions holds it to account. */
interface Inside {
  _remoteVer: string
  readonly _protocol: {
    authPK(user: string, key: ParsedKey, algorithm?: string, sign?: Sign): void
    service(name: string): void
    readonly _handlers: { SERVICE_ACCEPT: (protocol: Inside['_protocol'], name: string) => void }
  }
}
type Sign = (bytes: Buffer, done: (signature: Buffer) => void) => void

/**
 * A connection to a port that hands on in one piece what is said in one breath. The library writes each packet by itself:
 * that is a system call and a piece of work for the other side each, and the second waits until the first has been
 * acknowledged.
 */
export function gatheringSocket(address: string, port: number): Socket {
  // Connecting takes back a `write` that was put in before.
  const socket = new Socket().connect({ host: address, port, noDelay: true })
  const write: Socket['write'] = socket.write.bind(socket)
  let gathers = false
  socket.write = ((...args: Parameters<Socket['write']>) => {
    if (!gathers) {
      gathers = true
      socket.cork()
      setImmediate(() => {
        gathers = false
        socket.uncork()
      })
    }
    return write(...args)
  }) as Socket['write']
  return socket
}

/** Spares a connection whose key exchange is done what the library would do beyond what is needed. */
export function quicken(client: Client, methods: readonly AnyAuthMethod[]): void {
  const inside = client as unknown as Inside
  const isOpenssh = inside._remoteVer.startsWith('OpenSSH_')
  // OpenSSH offers all its host keys after the login, and the library would have each proved: a signature each, on both
  // sides, for keys we never use. It asks only where the other side is OpenSSH, so that is what we make it forget.
  inside._remoteVer = ''
  signAtOnce(inside._protocol, methods.length)
  const [first] = methods
  if (isOpenssh && typeof first === 'object' && first.type === 'publickey' && isPlain(first.key))
    loginAtOnce(inside._protocol)
}

/** With RSA the host has to say first which hashes it takes. */
const isPlain = (key: unknown): boolean => isParsed(key) && isOurs(key) && key.type !== 'ssh-rsa'

const isParsed = (key: unknown): key is ParsedKey => typeof key === 'object' && key !== null && 'type' in key

/**
 * The library asks for the service of logging in and waits until it has it: a round trip. A host that does not have it
 * hangs up either way (RFC 4253, section 10), so the login goes with the question. Of OpenSSH it is known to work; others are
 * asked as the library does.
 */
function loginAtOnce(protocol: Inside['_protocol']): void {
  const service = protocol.service.bind(protocol)
  protocol.service = (name) => {
    const accepted = protocol._handlers.SERVICE_ACCEPT
    protocol._handlers.SERVICE_ACCEPT = () => {}
    service(name)
    accepted(protocol, name)
  }
}

const hashOf: Readonly<Record<string, string>> = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' }

/**
 * The library asks each host whether a key will do before it signs with it: a round trip, and a packet each way. Our own
 * keys sign in less than that takes; RSA alone does not, so with that it asks where another key may be the right one.
 */
function signAtOnce(protocol: Inside['_protocol'], methods: number): void {
  const authPK = protocol.authPK.bind(protocol)
  protocol.authPK = (user, key, algorithm, sign) => {
    const isAskedFirst = sign !== undefined || !isOurs(key) || (key.type === 'ssh-rsa' && methods > 1)
    authPK(user, key, algorithm, isAskedFirst ? sign : signer(key, algorithm))
  }
}

/** Keys of an agent are known by their public half alone. */
const isOurs = (key: ParsedKey): boolean => 'isPrivateKey' in key && key.isPrivateKey()

function signer(key: ParsedKey, algorithm: string | undefined): Sign | undefined {
  // SHA-1, which is all that an old server takes: the refusal comes when it has said that it would take the key.
  if (algorithm === 'ssh-rsa') return undefined
  return (bytes, done) => done(key.sign(bytes, algorithm === undefined ? undefined : hashOf[algorithm]))
}
