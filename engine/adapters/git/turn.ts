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
 * @param getReady what whoever is next does while it waits; what becomes of it is not looked at. It learns whether the one
 *   that has the turn told something before it gave it back
 */
export async function inTurn<Result>(
  place: string,
  work: (turn: Turn) => Promise<Result>,
  getReady: (told: Promise<boolean>) => Promise<unknown> = async () => undefined,
): Promise<Result> {
  const turn = process.platform === 'linux' ? await comeNext(place, getReady) : undefined
  try {
    return await work(turn ?? alone)
  } finally {
    turn?.giveBack()
  }
}

async function comeNext(
  place: string,
  getReady: (told: Promise<boolean>) => Promise<unknown>,
): Promise<Turn | undefined> {
  const next = await takeTurn(nameOf(`${place} next`))
  try {
    const free = await listenAt(nameOf(place))
    if (free !== 'taken') return free
    const { told, over } = watch(nameOf(place))
    await getReady(told).catch(() => undefined)
    return (await over) ? await takeTurn(nameOf(place)) : undefined
  } finally {
    next?.giveBack()
  }
}

export interface Turn {
  giveBack(): void
  /** Lets whoever is next know that there is something to get ready with; what it is, is said elsewhere. */
  tell(): void
}

const alone: Turn = { giveBack: () => undefined, tell: () => undefined }

/** A socket that has no file: its name is free again as soon as its process is gone. */
function nameOf(place: string): string {
  return `\0plumbline-${process.getuid?.() ?? ''}-${createHash('sha256').update(place).digest('hex').slice(0, 32)}`
}

async function takeTurn(name: string): Promise<Turn | undefined> {
  const giveUpAt = performance.now() + longestWait
  while (performance.now() < giveUpAt) {
    const outcome = await listenAt(name)
    if (outcome !== 'taken') return outcome
    if (!(await watch(name).over)) return undefined
  }
  return undefined
}

function listenAt(name: string): Promise<Turn | 'taken' | undefined> {
  return new Promise((resolve) => {
    const waiting = new Set<Socket>()
    let told = false
    const server: Server = createServer((socket) => {
      waiting.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => waiting.delete(socket))
      if (told) socket.write('\n')
    })
    const giveBack = () => {
      server.close()
      for (const socket of waiting) socket.destroy()
    }
    const tell = () => {
      if (!told) for (const socket of waiting) socket.write('\n')
      told = true
    }
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE' ? 'taken' : undefined))
    server.listen(name, () => resolve({ giveBack, tell }))
  })
}

/**
 * Whoever has the turn closes the connection when it is over, as its end does.
 *
 * @returns `told`: whether it told something before; `over`: false where that takes too long
 */
function watch(name: string): { readonly told: Promise<boolean>; readonly over: Promise<boolean> } {
  const socket = connect(name)
  const over = new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => {
      resolve(false)
      socket.destroy()
    }, longestTurn)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(true)
    })
  })
  const told = new Promise<boolean>((resolve) => {
    socket.once('data', () => resolve(true))
    socket.once('close', () => resolve(false))
  })
  socket.resume()
  return { told, over }
}
