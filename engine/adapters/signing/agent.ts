import { createConnection } from 'node:net'
import { parseSshPublicKey } from '../../model/ssh-key.ts'
import type { Signer } from '../../ports/repository.ts'
import { signingError } from './codes.ts'
import { armour, signedBytes } from './ssh-signature.ts'
import { MalformedBlob, WireReader, wireString, wireUint32 } from './wire.ts'

/** Messages of the agent's protocol (draft-miller-ssh-agent). */
const requestIdentities = 11
const identitiesAnswer = 12
const signRequest = 13
const signResponse = 14
/** Asks an RSA key for rsa-sha2-512; others ignore it. */
const rsaSha512 = 4
/** An agent may ask its user to touch a key: that takes as long as a person takes. */
const patience = 60_000
const largestAnswer = 1 << 20

/** Signs through the ssh-agent at `socket` with the key whose public half is given. Hardware keys work this way, too. */
export async function agentSigner(publicKey: string, socket = process.env.SSH_AUTH_SOCK): Promise<Signer> {
  const key = parseSshPublicKey(publicKey)
  if (key === undefined) throw signingError('agent-key-missing', 'what was named is no SSH public key')
  if (!(await agentKeys(socket)).includes(`${key.type} ${key.base64}`))
    throw signingError(
      'agent-key-missing',
      `the ssh-agent does not hold ${key.type} ${key.comment || key.base64.slice(-16)}`,
    )
  return {
    publicKey: `${key.type} ${key.base64}`,
    sign: async (data, namespace) => {
      const over = signedBytes(data, namespace, 'sha512')
      const request = Buffer.concat([
        Buffer.from([signRequest]),
        wireString(key.blob),
        wireString(over),
        wireUint32(key.type === 'ssh-rsa' ? rsaSha512 : 0),
      ])
      const answer = await ask(socket, request, signResponse)
      return armour(key.blob, answer.bytes(), namespace, 'sha512')
    },
  }
}

/** Public keys that the agent holds, in authorized_keys form without comment. */
export async function agentKeys(socket = process.env.SSH_AUTH_SOCK): Promise<readonly string[]> {
  const answer = await ask(socket, Buffer.from([requestIdentities]), identitiesAnswer)
  const keys: string[] = []
  for (let left = answer.uint32(); left > 0; left -= 1) {
    const blob = answer.bytes()
    answer.bytes() // comment
    keys.push(`${new WireReader(blob).text()} ${blob.toString('base64')}`)
  }
  return keys
}

async function ask(socket: string | undefined, request: Buffer, expected: number): Promise<WireReader> {
  if (socket === undefined || socket === '') throw signingError('agent-unavailable', 'SSH_AUTH_SOCK names no ssh-agent')
  const answer = await exchange(socket, request)
  if (answer[0] !== expected) throw signingError('agent-unavailable', 'the ssh-agent refused')
  return new WireReader(answer.subarray(1))
}

function exchange(path: string, request: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(signingError('agent-unavailable', `the ssh-agent at ${path} ${why}`))
    let received = Buffer.alloc(0)
    const socket = createConnection(path, () => socket.write(wireString(request)))
    socket.setTimeout(patience, () => socket.destroy(new MalformedBlob('does not answer')))
    socket.on('error', (error) => fail(error instanceof MalformedBlob ? error.message : 'can not be reached'))
    socket.on('close', () => fail('ended the connection'))
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (received.length < 4) return
      const length = received.readUInt32BE()
      if (length > largestAnswer) socket.destroy(new MalformedBlob('sent nonsense'))
      if (received.length < 4 + length) return
      resolve(received.subarray(4, 4 + length))
      socket.end()
    })
  })
}
