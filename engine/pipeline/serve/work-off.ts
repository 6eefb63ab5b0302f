import type { Inbox, Taken } from '../../ports/inbox.ts'
import { type Task, taskOf } from './task.ts'

/** How a task ended. */
export interface TaskEnd {
  /** A word of ours: `planned`, `answered`, … */
  readonly outcome: string
  /** It was stopped in the middle, because the process is to end: it is gone on with by the next one. */
  readonly interrupted?: boolean
  /** Code of what stood in its way. */
  readonly code?: string
}

export interface WorkOptions {
  readonly inbox: Inbox
  readonly now: () => number
  /** So many tasks at once, each in another lane. */
  readonly atOnce: number
  /** Throws where it can't be done now; `last` where it won't be tried again. */
  readonly perform: (task: Task, attempt: { readonly last: boolean }) => Promise<TaskEnd>
  readonly tell: (end: Ended) => void
}

/** What became of a task, for logs and figures. */
export interface Ended {
  readonly id: string
  /** Deliveries that were looked after along with it. */
  readonly along: number
  readonly task: Task | undefined
  readonly end: TaskEnd
  readonly milliseconds: number
  readonly error?: unknown
}

export interface Worker {
  /** Begins whatever is due and may be begun; called when something came, and from time to time. */
  wake(): void
  running(): number
  /** Begins nothing more, and resolves once what is under way has ended. */
  stop(): Promise<void>
}

/** What failed is tried again after so many seconds: a forge that is down for a quarter of an hour loses nothing. */
const pauses = [10, 60, 300, 900] as const

/** Works off an inbox: in each lane one after the other, in the order in which it came. */
export function workOff(options: WorkOptions): Worker {
  const { inbox, now, atOnce } = options
  const busy = new Map<string, Promise<void>>()
  let stopped = false
  const wake = (): void => {
    while (!stopped && busy.size < atOnce) {
      const taken = inbox.take(new Set(busy.keys()), now())
      if (taken === undefined) return
      const { lane } = taken.parcel
      const under = lookAfter(options, taken).finally(() => {
        busy.delete(lane)
        wake()
      })
      busy.set(lane, under)
    }
  }
  return {
    wake,
    running: () => busy.size,
    stop: async () => {
      stopped = true
      await Promise.all(busy.values())
    },
  }
}

async function lookAfter({ inbox, now, perform, tell }: WorkOptions, taken: Taken): Promise<void> {
  const started = now()
  const task = taskOf(taken.parcel)
  const ended = (end: TaskEnd, more: { readonly error?: unknown } = {}): void =>
    tell({ id: taken.parcel.id, along: taken.along.length, task, end, milliseconds: now() - started, ...more })
  if (task === undefined) {
    inbox.fail(taken, now())
    ended({ outcome: 'unknown' })
    return
  }
  const pause = pauses[taken.attempts]
  try {
    const end = await perform(task, { last: pause === undefined })
    if (end.interrupted !== true) inbox.done(taken, now())
    ended(end)
  } catch (error) {
    if (pause === undefined) inbox.fail(taken, now())
    else inbox.later(taken, now() + pause * 1000)
    ended({ outcome: pause === undefined ? 'given-up' : 'to-be-tried-again' }, { error })
  }
}
