import pLimit from 'p-limit'
import type { WavePlan } from '../model/plan.ts'
import type { ActionResult } from '../model/record.ts'
import type { Target } from '../ports/host-session.ts'
import { applyHost, type HostWork, type HostWorld } from './apply-host.ts'
import { type Gate, type GateWorld, tryGate } from './gates.ts'

export interface Wave extends WavePlan {
  readonly work: readonly HostWork[]
  readonly gates: readonly Gate[]
  /** So many hosts of the environment may fail before the rest is not started. */
  readonly maxFailures: number
}

export interface WaveWorld extends HostWorld, GateWorld {
  readonly targets: ReadonlyMap<string, Target>
  readonly concurrency: number
  /** Records what a wave did; where that fails nothing new starts, so it throws. */
  readonly recordProgress: (results: readonly ActionResult[]) => Promise<void>
  readonly deadline: number
}

export interface WavesResult {
  /** One for each action of every wave. */
  readonly results: readonly ActionResult[]
  /** Why later waves were not started. */
  readonly stopped?: string
}

/** Goes wave by wave; stops before the next one when too many hosts failed, a gate does not hold or somebody asks to stop. */
export async function applyWaves(waves: readonly Wave[], world: WaveWorld): Promise<WavesResult> {
  const results: ActionResult[] = []
  const failures = new Map<string, number>()
  let stopped: string | undefined
  for (const wave of waves) {
    if (stopped === undefined && world.stopping()) stopped = 'interrupted: told to stop'
    if (stopped !== undefined) {
      results.push(...notStarted(wave, stopped, world))
      continue
    }
    world.emit({ type: 'wave', name: wave.name, hosts: wave.hosts })
    const done = await applyWave(wave, world)
    results.push(...done.flat())
    await world.recordProgress([...results])
    const failed = done.filter((host) => host.some((r) => r.outcome !== 'applied')).length
    const sum = (failures.get(wave.environment) ?? 0) + failed
    failures.set(wave.environment, sum)
    // What a person stopped did not fail.
    if (failed > 0 && world.stopping()) stopped = 'interrupted: told to stop'
    else if (sum > wave.maxFailures) stopped = `${sum} of the hosts failed, ${wave.maxFailures} may`
    else stopped = await tryGates(wave, world)
    if (stopped !== undefined) world.emit({ type: 'stopped', reason: stopped })
  }
  return { results, ...(stopped !== undefined && { stopped }) }
}

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

async function tryGates(wave: Wave, world: WaveWorld): Promise<string | undefined> {
  for (const gate of wave.gates) {
    for (const host of wave.hosts.filter((h) => gate.hosts?.has(h) ?? true)) {
      const target = world.targets.get(host)
      if (target === undefined) throw new Error(`no target for ${host}`)
      const { ok, detail } = await tryGate(gate, target, world)
      world.emit({ type: 'gate', wave: wave.name, gate: gate.name, ok, detail: `${host}: ${detail}` })
      if (!ok) return `gate-failed: ${gate.name} on ${host}: ${detail}`
    }
  }
  return undefined
}
