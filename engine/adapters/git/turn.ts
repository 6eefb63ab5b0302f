import { createHash } from 'node:crypto'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** Milliseconds after which nobody waits any longer for one that has the turn: it hangs. */
const longestTurn = 10_000
/** Milliseconds after which the work is done without a turn, however many others come first. */
const longestWait = 300_000

/**
 * Processes of one machine that write to the same place go one after the other: all but one of them would only do their
 * work in vain, and slow that one down. A courtesy that nothing relies on: where it can't be had (other systems than
 * Linux), or takes too long to get, the work is done all the same. Whoever dies gives its turn back.
 *
 * @param work may give its turn back before it has ended, where what is left gets into nobody's way
 * @param getReady what whoever is next does while it waits; what becomes of it is not looked at
 */
export async function inTurn<Result>(
  place: string,
  work: (giveBack: () => void) => Promise<Result>,
  getReady: () => Promise<unknown> = async () => undefined,
): Promise<Result> {
  const turn = process.platform === 'linux' ? await comeNext(place, getReady) : undefined
  try {
    return await work(() => turn?.giveBack())
  } finally {
    turn?.giveBack()
  }
}

async function comeNext(place: string, getReady: () => Promise<unknown>): Promise<Turn | undefined> {
  const next = await takeTurn(nameOf(`${place} next`))
  try {
    const free = await listenAt(nameOf(place))
    if (free !== 'taken') return free
    await getReady().catch(() => undefined)
    return await takeTurn(nameOf(place))
  } finally {
    next?.giveBack()
  }
}

interface Turn {
  giveBack(): void
}

/** A socket that has no file: its name is free again as soon as its process is gone. */
function nameOf(place: string): string {
  return `\0plumbline-${process.getuid?.() ?? ''}-${createHash('sha256').update(place).digest('hex').slice(0, 32)}`
}

async function takeTurn(name: string): Promise<Turn | undefined> {
  const giveUpAt = performance.now() + longestWait
  while (performance.now() < giveUpAt) {
    const outcome = await listenAt(name)
    if (outcome !== 'taken') return outcome
    if (!(await isGivenBack(name))) return undefined
  }
  return undefined
}

function listenAt(name: string): Promise<Turn | 'taken' | undefined> {
  return new Promise((resolve) => {
    const waiting = new Set<Socket>()
    const server: Server = createServer((socket) => {
      waiting.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => waiting.delete(socket))
    })
    const giveBack = () => {
      server.close()
      for (const socket of waiting) socket.destroy()
    }
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE' ? 'taken' : undefined))
    server.listen(name, () => resolve({ giveBack }))
  })
}

/** Whoever has the turn closes the connection when it is over, as its end does. False where that takes too long. */
function isGivenBack(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(name)
    const timer = setTimeout(() => {
      resolve(false)
      socket.destroy()
    }, longestTurn)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(true)
    })
    socket.resume()
  })
}
