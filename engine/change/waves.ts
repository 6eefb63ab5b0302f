import { compareText } from '../model/diagnostic.ts'
import type { WavePlan } from '../model/plan.ts'

export interface WaveHost {
  readonly name: string
  readonly environment: string
}

/** Of an environment's `Rollout`: who goes first, and how many at once after that. */
export interface WaveRollout<Selector> {
  readonly canary?: Selector
  /** A number of hosts, or a share of those left after the canary such as `25%`. */
  readonly batch?: number | string
}

/** An environment and how changes go over it. */
export interface WaveEnvironment<Selector> {
  readonly name: string
  /** 1 to 5. */
  readonly criticality: number
  readonly rollout: WaveRollout<Selector>
}

export interface WaveQuestion<Host extends WaveHost, Selector> {
  /** Hosts that have something to do. */
  readonly hosts: readonly Host[]
  readonly environments: readonly WaveEnvironment<Selector>[]
  readonly selectorMatches: (selector: Selector, host: Host) => boolean
}

/**
 * Orders hosts into waves: environments of lower criticality first, in each its canary alone, then batches. Every host stands in
 * exactly one wave, and the order of the input does not matter. An environment without canary hosts
 * among these starts with its first batch.
 */
export function planWaves<Host extends WaveHost, Selector>(
  question: WaveQuestion<Host, Selector>,
): readonly WavePlan[] {
  const environments = new Map(question.environments.map((e) => [e.name, e]))
  const names = [...new Set(question.hosts.map((h) => h.environment))]
  const criticality = (name: string) => environments.get(name)?.criticality ?? 3
  return names
    .sort((a, b) => criticality(a) - criticality(b) || compareText(a, b))
    .flatMap((name) => {
      const hosts = question.hosts.filter((h) => h.environment === name)
      return wavesOf(name, hosts, environments.get(name)?.rollout ?? {}, question.selectorMatches)
    })
}

function wavesOf<Host extends WaveHost, Selector>(
  environment: string,
  hosts: readonly Host[],
  { canary, batch = '25%' }: WaveRollout<Selector>,
  selectorMatches: (selector: Selector, host: Host) => boolean,
): readonly WavePlan[] {
  const sorted = [...hosts].sort((a, b) => compareText(a.name, b.name))
  const first = canary === undefined ? [] : sorted.filter((h) => selectorMatches(canary, h))
  const rest = sorted.filter((h) => !first.includes(h)).map((h) => h.name)
  const size = batchSize(batch, rest.length)
  const waves: WavePlan[] = first.length === 0 ? [] : [{ name: 'canary', environment, hosts: first.map((h) => h.name) }]
  for (let i = 0; i < rest.length; i += size)
    waves.push({ name: `wave ${i / size + 1}`, environment, hosts: rest.slice(i, i + size) })
  return waves
}

function batchSize(batch: number | string, left: number): number {
  const size = typeof batch === 'number' ? batch : Math.ceil((left * Number.parseInt(batch, 10)) / 100)
  return Number.isFinite(size) && size >= 1 ? Math.floor(size) : 1
}
