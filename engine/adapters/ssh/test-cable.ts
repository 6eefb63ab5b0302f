import { connect, createServer, type Socket } from 'node:net'

/** A TCP way to a port that can be cut (reset) or frozen (nothing comes through any more, nothing is said). */
interface TestCable {
  readonly port: number
  /** Connections made so far. */
  readonly connections: () => number
  cut(): void
  freeze(): void
  stop(): Promise<void>
}

export function layCable(to: number): Promise<TestCable> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let connections = 0
  const server = createServer((near) => {
    connections += 1
    const far = connect(to, '127.0.0.1')
    const pair = [near, far] as const
    pairs.add(pair)
    const end = () => {
      near.destroy()
      far.destroy()
      pairs.delete(pair)
    }
    for (const socket of pair) socket.on('error', end).on('close', end)
    near.pipe(far).pipe(near)
  })
  const cut = () => {
    for (const pair of pairs) for (const socket of pair) socket.resetAndDestroy()
  }
  const freeze = () => {
    for (const [near, far] of pairs) {
      near.unpipe(far).pause()
      far.unpipe(near).pause()
    }
  }
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address()
      const port = bound && typeof bound === 'object' ? bound.port : 0
      const stop = () =>
        new Promise<void>((done) => {
          cut()
          server.close(() => done())
        })
      resolve({ port, connections: () => connections, cut, freeze, stop })
    })
  })
}
