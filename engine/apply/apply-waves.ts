import pLimit from 'p-limit'
import type { WavePlan } from '../model/plan.ts'
import type { ActionResult } from '../model/record.ts'
import type { Target } from '../ports/host-session.ts'
import { applyHost, type HostWork, type HostWorld } from './apply-host.ts'
import { type Gate, type GateWorld, tryGate } from './gates.ts'

export interface Wave extends WavePlan {
  /** Hosts with something left to do; those of `hosts` that are done already pass the gates again and no more. */
  readonly work: readonly HostWork[]
  readonly gates: readonly Gate[]
  /** So many hosts of the environment may fail before the rest is not started. */
  readonly maxFailures: number
  /** Milliseconds to wait after it; the gates are tried once more then. */
  readonly soak?: number
}

export interface WaveWorld extends HostWorld, GateWorld {
  readonly targets: ReadonlyMap<string, Target>
  readonly concurrency: number
  /** Records what a wave did; where that fails nothing new starts, so it throws. */
  readonly recordProgress: (results: readonly ActionResult[]) => Promise<void>
  /** Why somebody asked that no further wave is started; undefined where nobody did. */
  readonly pauseAsked: () => Promise<string | undefined>
  /** Why a wave may not be begun now (its window is over); undefined where it may. */
  readonly mayStart?: (wave: WavePlan) => string | undefined | Promise<string | undefined>
  /** Every wave is begun, whatever became of those before: for what takes a change back. */
  readonly regardless?: boolean
  readonly deadline: number
}

/**
 * Why later waves were not started.
 * - `failures`, `gate`: it went wrong
 * - `interrupted`: the process was told to stop
 * - `paused`, `held`: somebody asked for a pause; the wave may not be begun now. What is left can be gone on with
 */
export type StopCause = 'failures' | 'gate' | 'interrupted' | 'paused' | 'held'

export interface Stop {
  readonly cause: StopCause
  /** Environment of the wave after (`failures`, `gate`) or before which it stopped. */
  readonly environment: string
  readonly reason: string
}

export interface WavesResult {
  /** One for each action of every wave. */
  readonly results: readonly ActionResult[]
  readonly stopped?: Stop
}

/** Milliseconds after which a soak looks whether somebody asked for a pause. */
const soakSlice = 10_000

/**
 * Goes wave by wave; stops before the next one when too many hosts failed, a gate does not hold, somebody asks to stop or to
 * pause, or the next wave may not be begun.
 */
export async function applyWaves(waves: readonly Wave[], world: WaveWorld): Promise<WavesResult> {
  const results: ActionResult[] = []
  const failures = new Map<string, number>()
  const busy = waves.filter((w) => w.work.length > 0)
  let stopped: Stop | undefined
  let trouble: Stop | undefined
  for (const wave of waves) {
    stopped ??= await whyNotBegin(wave, busy, world)
    if (stopped !== undefined) {
      results.push(...notStarted(wave, stopped.reason, world))
      continue
    }
    if (wave.work.length > 0) {
      const { name, environment } = wave
      const hosts = wave.work.map((w) => w.host)
      world.emit({ type: 'wave', name, environment, hosts, number: busy.indexOf(wave) + 1, of: busy.length })
    }
    const done = await applyWave(wave, world)
    results.push(...done.flat())
    if (wave.work.length > 0) await world.recordProgress([...results])
    const failed = done.filter((host) => host.some((r) => r.outcome !== 'applied')).length
    const sum = (failures.get(wave.environment) ?? 0) + failed
    failures.set(wave.environment, sum)
    const after = await whyNotGoOn(wave, failed, sum, world)
    if (after !== undefined) world.emit({ type: 'stopped', reason: after.reason })
    if (world.regardless === true) trouble ??= after
    else stopped = after
  }
  const end = stopped ?? trouble
  return { results, ...(end !== undefined && { stopped: end }) }
}

/** Nothing is asked where there is nothing to begin, or nothing was begun before. */
async function whyNotBegin(wave: Wave, busy: readonly Wave[], world: WaveWorld): Promise<Stop | undefined> {
  const stop = (cause: StopCause, reason: string): Stop => ({ cause, environment: wave.environment, reason })
  const told = (stopped: Stop): Stop => {
    world.emit({ type: 'stopped', reason: stopped.reason })
    return stopped
  }
  if (wave.work.length === 0) return undefined
  if (world.regardless === true) return undefined
  if (world.stopping()) return stop('interrupted', interrupted)
  const asked = wave === busy[0] ? undefined : await world.pauseAsked()
  if (asked !== undefined) return told(stop('paused', asked))
  const refused = await world.mayStart?.(wave)
  return refused === undefined ? undefined : told(stop('held', refused))
}

async function whyNotGoOn(wave: Wave, failed: number, sum: number, world: WaveWorld): Promise<Stop | undefined> {
  const stop = (cause: StopCause, reason: string): Stop => ({ cause, environment: wave.environment, reason })
  // What a person stopped did not fail.
  if (failed > 0 && world.stopping()) return stop('interrupted', interrupted)
  if (sum > wave.maxFailures) return stop('failures', `${sum} of the hosts failed, ${wave.maxFailures} may`)
  const closed = (await tryGates(wave, world)) ?? (await soak(wave, world))
  if (closed === undefined) return undefined
  return world.stopping() ? stop('interrupted', interrupted) : stop('gate', closed)
}

const interrupted = 'interrupted: told to stop'

function applyWave(wave: Wave, world: WaveWorld): Promise<readonly (readonly ActionResult[])[]> {
  const limit = pLimit(world.concurrency)
  return Promise.all(wave.work.map((work) => limit(() => applyHost(work, world))))
}

function notStarted(wave: Wave, why: string, world: WaveWorld): ActionResult[] {
  const at = world.clock.now().toISOString()
  return wave.work.flatMap((w) =>
    w.actions.map(({ action }) => ({ id: action.id, outcome: 'not-started' as const, at, detail: why })),
  )
}

/** Waits, and looks again; ends early where somebody asks to stop or to pause. */
async function soak(wave: Wave, world: WaveWorld): Promise<string | undefined> {
  const { soak: all = 0, name, work } = wave
  if (all === 0 || work.length === 0) return undefined
  world.emit({ type: 'waiting', what: `${name} to prove itself`, milliseconds: all })
  for (let waited = 0; waited < all; waited += soakSlice) {
    if (world.stopping() || (await world.pauseAsked()) !== undefined) return undefined
    await world.wait(Math.min(soakSlice, all - waited))
  }
  return tryGates(wave, world)
}

async function tryGates(wave: Wave, world: WaveWorld): Promise<string | undefined> {
  if (wave.hosts.length === 0) return undefined
  for (const gate of wave.gates) {
    const hosts = gate.per === 'once' ? [undefined] : wave.hosts.filter((h) => gate.hosts?.has(h) ?? true)
    for (const host of hosts) {
      const target = host === undefined ? gate.from : world.targets.get(host)
      if (host !== undefined && target === undefined) throw new Error(`no target for ${host}`)
      const { ok, detail } = await tryGate(gate, target, world)
      const said = host === undefined ? detail : `${host}: ${detail}`
      world.emit({ type: 'gate', wave: wave.name, gate: gate.name, ok, detail: said })
      if (!ok) return `gate-failed: ${gate.name}${host === undefined ? '' : ` on ${host}`}: ${detail}`
    }
  }
  return undefined
}
