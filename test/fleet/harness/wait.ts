import { connect } from 'node:net'

export interface Wait<T> {
  /** What is waited for, for the error message. */
  readonly what: string
  /** Milliseconds. */
  readonly deadline: number
  /** The answer, or undefined for "not yet". An exception ends the wait. */
  readonly probe: () => T | undefined | Promise<T | undefined>
  /** What helps to understand why it never came. */
  readonly evidence?: () => string
}

/** Asks again until there is an answer or the deadline has passed. */
export async function waitFor<T>({ what, deadline, probe, evidence }: Wait<T>): Promise<T> {
  const end = performance.now() + deadline
  for (;;) {
    const answer = await probe()
    if (answer !== undefined) return answer
    if (performance.now() > end) throw new Error(`${what}: not within ${deadline} ms\n${evidence?.() ?? ''}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** The first line that an SSH server says, or undefined where none answers. */
export function sshBanner(address: string, port: number, timeout = 2_000): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port })
    const answer = (banner: string | undefined) => {
      socket.destroy()
      resolve(banner)
    }
    socket.setTimeout(timeout, () => answer(undefined))
    socket.once('error', () => answer(undefined))
    socket.once('close', () => answer(undefined))
    socket.once('data', (data) => answer(data.toString('latin1').split('\r\n')[0]))
  })
}
