import { escapeControls } from '../model/escape.ts'
import type { ActionOutcome, Emit } from '../model/event.ts'
import type { RecordedAction } from '../model/plan.ts'
import type { ActionResult } from '../model/record.ts'
import type { Change, Resource, ResourceType, Step } from '../model/resource.ts'
import { conceal, mask } from '../model/script.ts'
import { holdsSecret, nameTokens } from '../model/secret-ref.ts'
import type { Clock } from '../ports/clock.ts'
import { type HostConnector, type HostSession, isFailure, type Output } from '../ports/host-session.ts'
import type { Journal } from '../ports/journal.ts'
import type { codes } from './codes.ts'
import { callOffDeadMan, type Guard, guardExit, guarded, keepProved } from './guard.ts'
import { Settling } from './settling.ts'

type FailureCode = keyof typeof codes

/** What a look at the host before and after the actions says of the resources they are about. */
export interface Look {
  /** The change still needed for an action's resource: undefined where it is as wanted, `unknown` where nothing can be said. */
  readonly change: (action: RecordedAction) => Change | undefined | 'unknown'
  readonly session: HostSession
  /** A resource with the values of its secrets. */
  readonly fill?: (resource: Resource) => Resource
}

export interface HostWork {
  readonly host: string
  /** Names the environment's lock, for this ledger alone: a new ledger counts from one again. */
  readonly lock: string
  readonly fence: number
  /** In order. */
  readonly actions: readonly (Todo & { readonly action: RecordedAction; readonly resource: Resource })[]
}

/** How an action is to be taken up. */
export interface Todo {
  /** Begun by an apply that did not end, so that another state before is no surprise. */
  readonly resumed: boolean
  /** A restart that the host does not show to be due: done unless the host noted that it was. */
  readonly owed?: boolean
  /** Why nobody could see what it is about when it was planned: not begun now, since the state before is in no intent. */
  readonly unseen?: string
}

export interface HostWorld {
  readonly change: string
  readonly types: ReadonlyMap<string, ResourceType>
  readonly connector: HostConnector
  readonly journal: Journal
  readonly clock: Clock
  readonly emit: Emit
  /** Observes what the work is about; the failure says why a host could not be seen. */
  readonly look: (work: HostWork) => Promise<Look | { readonly unseen: string }>
  /** Digest of a state, as in an action's `before`. */
  readonly digest: (state: Change['have']) => string
  /** True once somebody asked to stop: nothing more is begun. */
  readonly stopping: () => boolean
  readonly deadline: number
  readonly outputCap: number
}

/**
 * Carries out the actions of one host: looks, does each in order until one fails, looks again. An action counts as
 * applied when the host shows it, not when the command was sent.
 */
export async function applyHost(work: HostWork, world: HostWorld): Promise<readonly ActionResult[]> {
  const before = await world.look(work)
  if ('unseen' in before) return work.actions.map(({ action }) => result(action, 'not-started', world, before.unseen))
  const results: ActionResult[] = []
  const sent: { action: RecordedAction; resource: Resource }[] = []
  const settling = new Settling()
  let failed: string | undefined
  for (const item of work.actions) {
    const now = failed ?? (world.stopping() ? 'told to stop' : undefined)
    if (now !== undefined) {
      results.push(result(item.action, 'not-started', world, now))
      continue
    }
    const due = settling.waiting ? settling.before(stepOf(item, before, world)) : undefined
    const unsettled = await settle(due, before, work, world)
    results.push(...unsettled)
    if (unsettled.length > 0) {
      failed = 'stopped before it: what earlier actions need could not be done'
      results.push(result(item.action, 'not-started', world, failed))
      continue
    }
    const done = await act(item, before, work, world, settling)
    if (done === 'sent') sent.push(item)
    else results.push(await note(done, work, world))
    if (done !== 'sent' && done.outcome !== 'applied') failed = `stopped after ${item.action.resource}`
  }
  results.push(...(await settle(settling.before(), before, work, world)))
  const verified = sent.length === 0 ? [] : await verify(sent, work, world)
  await before.session.close()
  const all = new Map([...verified, ...results].map((r) => [r.id, r]))
  return work.actions.flatMap(({ action }) => all.get(action.id) ?? [])
}

/** What an action would do, as far as that is known before its turn: nothing where there is nothing to do any more. */
function stepOf(item: HostWork['actions'][number], look: Look, world: HostWorld): Pick<Step, 'settle'> | undefined {
  const change = item.unseen === undefined ? stillNeeded(item, look) : undefined
  if (change === undefined) return undefined
  return change === 'unknown' ? {} : world.types.get(change.resource.type)?.steps(change)
}

/** Does once what steps in a row have left to be done; where that fails, so have they. */
async function settle(
  due: ReturnType<Settling['before']>,
  look: Look,
  work: HostWork,
  world: HostWorld,
): Promise<readonly ActionResult[]> {
  const last = due?.actions.at(-1)
  if (due === undefined || last === undefined) return []
  const step: Step = { summary: 'settle', script: due.script, reversibility: 'exact' }
  const output = await look.session.run(guarded(step, guardOf(last, work, world)), {
    deadline: world.deadline,
    outputCap: world.outputCap,
  })
  const problem = problemOf(last, output, world, false)
  if (problem === undefined) return []
  return Promise.all(due.actions.map(({ id }) => note({ ...problem, id }, work, world)))
}

/** Runs one step, or says why it is not run; `sent` where it ended well and remains to be seen. */
async function act(
  item: HostWork['actions'][number],
  look: Look,
  work: HostWork,
  world: HostWorld,
  settling: Settling,
): Promise<ActionResult | 'sent'> {
  const { action } = item
  if (item.unseen !== undefined) return result(action, 'not-started', world, item.unseen)
  const change = stillNeeded(item, look)
  if (change === 'unknown') return result(action, 'unknown', world, 'the host says nothing of it')
  if (change === undefined) {
    if (!item.resumed) return result(action, 'applied', world, 'was already so')
    // Whoever began it may have ended before what it asked for.
    const { resource } = item
    const type = world.types.get(resource.type)
    if (type !== undefined) settling.add(action, type.steps({ verb: action.verb, resource, have: null, fields: [] }))
    return keep(action, look, work, world)
  }
  if (!item.resumed && change.verb !== 'restart' && world.digest(change.have) !== action.before)
    return failure(action, world, 'changed-meanwhile', 'the host changed after it was planned')
  const type = world.types.get(change.resource.type)
  if (type === undefined) throw new Error(`no resource type ${change.resource.type}`)
  const secret = holdsSecret(item.resource.spec)
  // What stands for a secret must never be sent in its place.
  if (holdsSecret(change.resource.spec)) throw new Error(`${change.resource.id} was to be set without its secrets`)
  const step = secret ? concealed(type.steps(change), item.resource, change, type) : type.steps(change)
  await world.journal.append(world.change, { type: 'started', action: action.id, at: world.clock.now().toISOString() })
  world.emit({ type: 'action-started', host: work.host, action: action.id, summary: step.summary })
  const output = await look.session.run(guarded(step, guardOf(action, work, world), timesOf(item, change)), {
    deadline: world.deadline,
    outputCap: world.outputCap,
  })
  const problem = problemOf(action, output, world, secret || mask(step.script).includes("'***'"))
  if (problem !== undefined) return problem
  settling.add(action, step)
  if (step.access === true && step.inverse !== undefined) {
    const locked = await proveAccess(action, look, world)
    if (locked !== undefined) return failure(action, world, 'access-not-proved', locked)
  }
  return 'sent'
}

/** A step that was made of values: its words are those of the plan, and nothing of its scripts may be printed. */
function concealed(step: Step, planned: Resource, change: Change, type: ResourceType): Step {
  const { summary } = type.steps({ ...change, resource: planned })
  const inverse = step.inverse === undefined ? {} : { inverse: conceal(step.inverse) }
  return { ...step, summary: nameTokens(summary), script: conceal(step.script), ...inverse }
}

/**
 * What an apply that did not end has done stays: a timer that would still take it back is called off, since whoever looked
 * at the host now has proved the way in.
 */
async function keep(
  action: RecordedAction,
  look: Look,
  work: HostWork,
  world: HostWorld,
): Promise<ActionResult | 'sent'> {
  const script = callOffDeadMan(action.id)
  const output = await look.session.run(
    guarded({ summary: 'keep it', script, reversibility: 'exact' }, guardOf(action, work, world)),
    { deadline: world.deadline, outputCap: world.outputCap },
  )
  return problemOf(action, output, world, false) ?? 'sent'
}

/**
 * A restart is not seen in the state: it is needed as long as its result is not known. So is the start of what listens to
 * files, where an earlier apply ended before it: its package may have started it before they were written.
 */
function stillNeeded(item: HostWork['actions'][number], look: Look): Change | undefined | 'unknown' {
  const change = look.change(item.action)
  if (change === 'unknown' || !isRestart(item, change)) return change
  const resource = look.fill?.(item.resource) ?? item.resource
  return { verb: 'restart', resource, have: change?.have ?? null, fields: [] }
}

function isRestart({ action, resource, resumed }: HostWork['actions'][number], change: Change | undefined): boolean {
  if (action.verb === 'restart') return true
  return change === undefined && resumed && action.verb !== 'delete' && resource.restartOn.length > 0
}

const guardOf = (action: RecordedAction, { lock, fence }: HostWork, { change }: HostWorld): Guard => ({
  lock,
  fence,
  change,
  action: action.id,
})

function timesOf({ owed }: Todo, { verb, resource }: Change): Parameters<typeof guarded>[2] {
  if (verb === 'delete' || resource.restartOn.length === 0) return 'always'
  return owed === true ? 'unless-done' : 'once'
}

async function proveAccess(action: RecordedAction, look: Look, world: HostWorld): Promise<string | undefined> {
  const second = await world.connector.connect(look.session.target, { deadline: world.deadline })
  if (isFailure(second)) return second.detail
  const output = await second.run(keepProved(action.id), { deadline: world.deadline, outputCap: world.outputCap })
  await second.close()
  return output.code === 0 ? undefined : `the second login could run nothing: ${said(output)}`
}

function problemOf(
  action: RecordedAction,
  output: Output,
  world: HostWorld,
  hasSecret: boolean,
): ActionResult | undefined {
  if (output.notStarted !== undefined) return failure(action, world, 'action-failed', output.notStarted.detail)
  if (output.cutOff || (output.code === null && !output.timedOut))
    return result(action, 'unknown', world, 'outcome-unknown: the connection broke while it ran')
  if (output.timedOut) return result(action, 'unknown', world, 'outcome-unknown: it did not end before the deadline')
  const words = hasSecret ? 'the output is not shown, for it may hold a secret' : said(output)
  switch (output.code) {
    case 0:
      return undefined
    case guardExit.lockBusy:
      return failure(action, world, 'lock-busy', 'another action holds the lock on the host')
    case guardExit.lockLost:
      return failure(action, world, 'lock-lost', 'the host has seen a newer lock than ours')
    case guardExit.changedMeanwhile:
      return failure(action, world, 'changed-meanwhile', 'the file is not what it was when it was planned')
    case guardExit.noState:
      return failure(action, world, 'no-state-folder', words)
    case guardExit.preimageFailed:
      return failure(action, world, 'preimage-failed', words)
    default:
      return failure(action, world, 'action-failed', `exit status ${output.code}: ${words}`)
  }
}

async function verify(
  sent: readonly { readonly action: RecordedAction; readonly resource: Resource }[],
  work: HostWork,
  world: HostWorld,
): Promise<readonly ActionResult[]> {
  const after = await world.look(work)
  const results: ActionResult[] = []
  for (const { action } of sent) {
    if ('unseen' in after) {
      results.push(
        await note(result(action, 'unknown', world, `could not be looked at afterwards: ${after.unseen}`), work, world),
      )
      continue
    }
    const change = after.change(action)
    const outcome =
      change === undefined || (action.verb === 'restart' && change !== 'unknown')
        ? result(action, 'applied', world)
        : change === 'unknown'
          ? result(action, 'unknown', world, 'the host says nothing of it')
          : failure(action, world, 'not-as-wanted', `still differs in ${change.fields.map((f) => f.path).join(', ')}`)
    results.push(await note(outcome, work, world))
  }
  if (!('unseen' in after)) await after.session.close()
  return results
}

async function note(done: ActionResult, work: HostWork, world: HostWorld): Promise<ActionResult> {
  await world.journal.append(world.change, { type: 'finished', result: done })
  world.emit({
    type: 'action-finished',
    host: work.host,
    action: done.id,
    outcome: done.outcome,
    ...(done.detail !== undefined && { detail: done.detail }),
  })
  return done
}

function result(action: RecordedAction, outcome: ActionOutcome, world: HostWorld, detail?: string): ActionResult {
  return { id: action.id, outcome, at: world.clock.now().toISOString(), ...(detail !== undefined && { detail }) }
}

const failure = (action: RecordedAction, world: HostWorld, code: FailureCode, detail: string): ActionResult =>
  result(action, 'failed', world, `${code}: ${detail}`)

/** The last lines a host said, safe to print: enough for what a package's script says before its manager sums up. */
function said(output: Output): string {
  const text = new TextDecoder().decode(output.stderr.length > 0 ? output.stderr : output.stdout)
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  const tail = lines.slice(-8).join(' / ').slice(-800)
  return tail === '' ? 'it said nothing' : escapeControls(tail)
}
