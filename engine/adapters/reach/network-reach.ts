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
  async http(url, { deadline, bodyCap }) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(deadline), redirect: 'manual' })
      return { status: answer.status, body: await firstOf(answer, bodyCap) }
    } catch (error) {
      return { failed: reasonOf(error) }
    }
  },
}

/** The first bytes of a body; what follows is not read. */
async function firstOf({ body }: Response, cap: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = body?.getReader()
  while (reader !== undefined && length < cap) {
    const { done, value } = await reader.read()
    if (done) break
    chunks.push(value)
    length += value.length
  }
  await reader?.cancel()
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, cap))
}

/** What `fetch` says of a refused connection stands in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
