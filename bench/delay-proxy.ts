import { connect, createServer, type Socket } from 'node:net'

/** A TCP way to a port that is as long as a network's. */
export interface DelayProxy {
  readonly port: number
  stop(): Promise<void>
}

/**
 * Forwards each byte half a round trip after it came, in both directions, and what a connection's own opening would take
 * before its first. Runs in the bench's own process, which does nothing else while something is measured; its CPU is not
 * that of the client.
 */
export function delayProxy(to: { address: string; port: number }, roundTripMs: number): Promise<DelayProxy> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ host: to.address, port: to.port, noDelay: true })
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
    }
    const opened = performance.now() + roundTripMs
    forward(near, far, roundTripMs / 2, opened)
    forward(far, near, roundTripMs / 2, opened)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address()
      const stop = () =>
        new Promise<void>((done) => {
          for (const socket of sockets) socket.destroy()
          server.close(() => done())
        })
      resolve({ port: bound && typeof bound === 'object' ? bound.port : 0, stop })
    })
  })
}

/** In order: what comes later is never due earlier. */
function forward(from: Socket, to: Socket, delay: number, opened: number): void {
  const later = (work: () => void) => setTimeout(work, Math.max(opened, performance.now() + delay) - performance.now())
  from.on('data', (chunk) => later(() => to.write(chunk)))
  from.on('end', () => later(() => to.end()))
}
