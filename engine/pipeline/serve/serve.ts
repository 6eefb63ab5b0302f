import { reporter } from '../../model/diagnostic.ts'
import { RepositoryError } from '../../ports/repository.ts'
import type { Hook, Received } from '../../ports/web-server.ts'
import { expectForge } from '../ci/requests.ts'
import { eventService } from '../events/event-service.ts'
import { type KnownSource, knownSources } from '../events/sources.ts'
import { enginesHand } from '../record-types/hand.ts'
import { refusal } from '../records.ts'
import { targetBranch } from '../target-branch.ts'
import type { World } from '../world.ts'
import { codes } from './codes.ts'
import { openCounters } from './counters.ts'
import { runTask } from './run-task.ts'
import { parcelOf, type Task } from './task.ts'
import { taskOfHook } from './task-of-hook.ts'
import { type Ended, workOff } from './work-off.ts'

const report = reporter(codes)

/** A line of the log. Values are words, numbers and names of ours: never what somebody sent. */
export type LogLine = Readonly<Record<string, string | number>> & { readonly event: string }

export interface ServeOptions {
  readonly host: string
  readonly port: number
  /** Of the webhook; the first is the present one. Where there is none, no forge is served. */
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
/** How often is looked what follows from time that went by, and who may send events. */
const workEvery = 30_000
const hour = 3_600_000

/**
 * Serves webhooks and takes events until somebody asks to stop: what comes in is kept in the inbox and answered at once, and looked after afterwards. What
 * was missed while nobody served is caught up with in the beginning, comments apart.
 */
export async function serve(world: World, options: ServeOptions): Promise<void> {
  const { host, port, secrets, log } = options
  let known = await sendersIn(world, log)
  if (secrets.length === 0 && known.length === 0)
    throw refusal(
      report('webhook-secret', { summary: 'PLUMBLINE_WEBHOOK_SECRET is not set, and nobody may send events' }),
    )
  const forge = secrets.length === 0 ? undefined : await expectForge(world)
  const target = await targetBranch(world)
  const [inbox, store] = await Promise.all([world.inbox(), world.eventStore()])
  const counters = openCounters()
  const now = (): number => world.clock.now().getTime()
  const further = (task: Task): void => void inbox.put(parcelOf(world.uuid(), task), now())
  const telling = { links: { repository: forge?.place.url ?? '' }, answersCommands: true }
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
    const task = forge && taskOfHook(hook, { repository: forge.place.repository, target })
    const became = task === undefined ? 'passed' : inbox.put(parcelOf(hook.id, task), now())
    counters.add('plumbline_hooks_total', { became })
    log({ event: 'hook', id: hook.id, ...(task !== undefined && { task: task.kind }), became })
    // The answer goes first.
    setImmediate(worker.wake)
    return became
  }
  const events = eventService(world, {
    store,
    sources: () => known,
    tell: (became, source) => {
      counters.add('plumbline_event_posts_total', { became })
      log({ event: 'events', became, ...(source !== undefined && { source }) })
      if (became !== 'accepted') return
      further({ kind: 'work' })
      setImmediate(worker.wake)
    },
  })
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
      ...(forge !== undefined && { github: { secrets, receive } }),
      events,
      health: { trouble: () => (world.stopping() ? 'it is stopping' : undefined), metrics },
      answered: ({ route, status }) =>
        counters.add('plumbline_http_responses_total', { route, status: String(status) }),
      failed: (error) => log({ event: 'mistake', ...errorFields(error) }),
    },
  )
  const repository = forge === undefined ? {} : { repository: forge.place.repository }
  log({ event: 'listening', address: server.address, ...repository, branch: target })
  if (forge !== undefined) for (const kind of ['record', 'plan-open'] as const) further({ kind })
  const every = { apply: now() + applyEvery, forget: now(), work: now() }
  while (!world.stopping()) {
    if (now() >= every.work) {
      further({ kind: 'work' })
      every.work = now() + workEvery
      known = (await sendersNow(options)) ?? known
    }
    if (forge !== undefined && options.apply && now() >= every.apply) {
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

/** Who may send events, as the target branch has it; nobody where the ledger has not begun. */
async function sendersIn(world: World, log: ServeOptions['log']): Promise<readonly KnownSource[]> {
  try {
    const { estate } = await enginesHand(world)
    const { sources, findings } = await knownSources(world, estate)
    for (const { code, summary } of findings) log({ event: 'finding', code, because: summary })
    return sources
  } catch (error) {
    if (!(error instanceof RepositoryError)) throw error
    return []
  }
}

/** The same with what the remote has by now; undefined where that can't be told. */
async function sendersNow({ open }: ServeOptions): Promise<readonly KnownSource[] | undefined> {
  try {
    const world = await open()
    try {
      return (await knownSources(world, (await enginesHand(world)).estate)).sources
    } finally {
      await world.close?.()
    }
  } catch (error) {
    if (!(error instanceof RepositoryError)) throw error
    return undefined
  }
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
