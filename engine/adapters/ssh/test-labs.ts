import { createServer, type Socket } from 'node:net'
import type { HostConnector, Target } from '../../ports/host-session.ts'
import { generateKeyPair } from '../signing/key-pair.ts'
import type { RemoteLab } from './host-session.contract.ts'
import { layCable } from './test-cable.ts'
import { freePort, startSshd, type TestSshd } from './test-sshd.ts'

/** Makes a connector that logs in with one private key file. */
type MakeConnector = (keyFile: string) => HostConnector

const base = { host: 'box', address: '127.0.0.1', sudo: false, root: '', transport: 'ssh' } as const

/** A real sshd, which is its own jump host too (proving another of its keys), and a cable to cut. */
export async function sshdLab(make: MakeConnector): Promise<RemoteLab & { readonly sshd: TestSshd }> {
  const sshd = await startSshd()
  const cable = await layCable(sshd.port)
  const mute = await listenMutely()
  const target: Target = { ...base, port: cable.port, user: sshd.user, hostKeys: sshd.hostKeys.slice(0, 1) }
  return {
    sshd,
    connector: make(sshd.key('ed25519')),
    target,
    stranger: make(sshd.key('stranger')),
    otherKey: generateKeyPair().publicKey,
    noisy: [make(sshd.key('noisy')), target],
    shellless: [make(sshd.key('no-shell')), target],
    jump: { ...target, host: 'bastion', port: sshd.port, hostKeys: sshd.hostKeys.slice(1, 2) },
    cut: cable.cut,
    mutePort: mute.port,
    closedPort: await freePort(),
    stop: async () => {
      await cable.stop()
      mute.stop()
      sshd.stop()
    },
  }
}

/** Something that accepts connections and never says a word. */
export function listenMutely(): Promise<{ readonly port: number; stop(): void }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  const stop = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address()
      resolve({ port: bound && typeof bound === 'object' ? bound.port : 0, stop })
    })
  })
}
