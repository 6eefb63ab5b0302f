import { RepositoryError } from '../../ports/repository.ts'
import type { Hook, Received } from '../../ports/web-server.ts'
import { expectForge } from '../ci/requests.ts'
import { targetBranch } from '../target-branch.ts'
import type { World } from '../world.ts'
import { openCounters } from './counters.ts'
import { runTask } from './run-task.ts'
import { parcelOf, type Task } from './task.ts'
import { taskOfHook } from './task-of-hook.ts'
import { type Ended, workOff } from './work-off.ts'

/** A line of the log. Values are words, numbers and names of ours: never what somebody sent. */
export type LogLine = Readonly<Record<string, string | number>> & { readonly event: string }

export interface ServeOptions {
  readonly host: string
  readonly port: number
  /** Of the webhook; the first is the present one. */
  readonly secrets: readonly string[]
  /** What is merged and approved is applied at once. */
  readonly apply: boolean
  /** Tasks at once. */
  readonly atOnce: number
  /** Opens a world for one task, with what the remote has by then. */
  readonly open: () => Promise<World & { readonly close?: () => Promise<void> }>
  readonly log: (line: LogLine) => void
}

/** How long what is done is remembered, so that it is known when it is sent again: GitHub sends again what is three days old at most. */
const rememberedDays = 7
/** How often is looked whether something may be applied that could not before: a window opened, or a lock was freed. */
const applyEvery = 5 * 60_000
const hour = 3_600_000

/**
 * Serves webhooks until somebody asks to stop: what comes in is kept in the inbox and answered at once, and looked after afterwards. What
 * was missed while nobody served is caught up with in the beginning, comments apart.
 */
export async function serve(world: World, options: ServeOptions): Promise<void> {
  const { host, port, secrets, log } = options
  const forge = await expectForge(world)
  const served = { repository: forge.place.repository, target: await targetBranch(world) }
  const inbox = await world.inbox()
  const counters = openCounters()
  const now = (): number => world.clock.now().getTime()
  const further = (task: Task): void => void inbox.put(parcelOf(world.uuid(), task), now())
  const telling = { links: { repository: forge.place.url }, answersCommands: true }
  const worker = workOff({
    inbox,
    now,
    atOnce: options.atOnce,
    perform: async (task, { last }) => {
      const own = await options.open()
      try {
        return await runTask(own, task, { ...telling, apply: options.apply, last, further })
      } finally {
        await own.close?.()
      }
    },
    tell: (ended) => {
      const kind = ended.task?.kind ?? 'unknown'
      counters.add('plumbline_tasks_total', { task: kind, outcome: ended.end.outcome })
      counters.add('plumbline_task_seconds_total', { task: kind }, ended.milliseconds / 1000)
      log(endedLine(ended))
    },
  })
  const receive = (hook: Hook): Received => {
    const task = taskOfHook(hook, served)
    const became = task === undefined ? 'passed' : inbox.put(parcelOf(hook.id, task), now())
    counters.add('plumbline_hooks_total', { became })
    log({ event: 'hook', id: hook.id, ...(task !== undefined && { task: task.kind }), became })
    // The answer goes first.
    setImmediate(worker.wake)
    return became
  }
  const metrics = (): string => {
    const { waiting, failed } = inbox.counts()
    counters.set('plumbline_inbox_waiting', waiting)
    counters.set('plumbline_inbox_failed', failed)
    counters.set('plumbline_tasks_running', worker.running())
    return counters.text()
  }
  const server = await world.listen(
    { host, port },
    {
      github: { secrets, receive },
      health: { trouble: () => (world.stopping() ? 'it is stopping' : undefined), metrics },
      answered: ({ route, status }) =>
        counters.add('plumbline_http_responses_total', { route, status: String(status) }),
      failed: (error) => log({ event: 'mistake', ...errorFields(error) }),
    },
  )
  log({ event: 'listening', address: server.address, repository: served.repository, branch: served.target })
  further({ kind: 'record' })
  further({ kind: 'plan-open' })
  const every = { apply: now() + applyEvery, forget: now() }
  while (!world.stopping()) {
    if (options.apply && now() >= every.apply) {
      further({ kind: 'record' })
      every.apply = now() + applyEvery
    }
    if (now() >= every.forget) {
      inbox.forget(now() - rememberedDays * 24 * hour)
      every.forget = now() + hour
    }
    worker.wake()
    await world.wait(1000)
  }
  log({ event: 'stopping', running: worker.running() })
  await server.close()
  await worker.stop()
  log({ event: 'stopped', waiting: inbox.counts().waiting })
}

function endedLine({ id, task, along, end, milliseconds, error }: Ended): LogLine {
  const { kind = 'unknown', ...about } = task ?? {}
  return {
    ...{ event: 'task', id, task: kind, ...about, outcome: end.outcome, milliseconds },
    ...(along > 0 && { along }),
    ...(end.code !== undefined && { code: end.code }),
    ...(error !== undefined && errorFields(error)),
  }
}

/** What a mistake of ours says may hold what somebody sent: only where it happened is told. */
function errorFields(error: unknown): Readonly<Record<string, string>> {
  if (error instanceof RepositoryError) return { code: error.code, because: error.message }
  const [, frame = ''] = error instanceof Error ? (error.stack ?? '').split('\n    at ') : []
  return { code: 'internal', because: error instanceof Error ? error.name : typeof error, where: frame }
}
