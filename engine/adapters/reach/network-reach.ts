import { connect } from 'node:net'
import type { Reach } from '../../ports/reach.ts'

/** Tries from this machine, over the network it has. */
export const networkReach: Reach = {
  tcp: (address, port, deadline) =>
    new Promise((resolve) => {
      const socket = connect({ host: address, port, timeout: deadline })
      const end = (ok: boolean, detail: string): void => {
        socket.destroy()
        resolve({ ok, detail })
      }
      socket.once('connect', () => end(true, `port ${port} answers`))
      socket.once('timeout', () => end(false, `port ${port} did not answer within ${deadline} ms`))
      socket.once('error', (error) => end(false, error.message))
    }),
  async http(url, deadline) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(deadline), redirect: 'manual' })
      await answer.body?.cancel()
      return { ok: answer.ok, detail: `${url} answered ${answer.status}` }
    } catch (error) {
      return { ok: false, detail: `${url}: ${error instanceof Error ? error.message : String(error)}` }
    }
  },
}
