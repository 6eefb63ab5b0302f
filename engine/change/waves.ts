import { compareText } from '../model/diagnostic.ts'
import type { WavePlan } from '../model/plan.ts'

export interface WaveHost {
  readonly name: string
  readonly environment: string
}

/** A number, or a share such as `25%`. */
export type Amount = number | string

/** Of an environment's `Rollout`: who goes first, who next, and how many at once after that. */
export interface WaveRollout<Selector> {
  readonly canary?: Selector
  /** In order; a host stands in the first one that means it. */
  readonly waves?: readonly { readonly name: string; readonly on: Selector; readonly batch?: Amount }[]
  /** How many hosts at once of those that are left after canary and waves. */
  readonly batch?: Amount
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

/** A wave, and which of the rollout's `waves` it is a part of, by index; undefined for the canary and for what is left. */
export interface PlannedWave extends WavePlan {
  readonly rule?: number
}

/**
 * Orders hosts into waves: environments of lower criticality first, in each its canary alone, then its waves, then what is left
 * in batches. Every host stands in exactly one wave, and the order of the input does not matter. An environment without canary
 * hosts among these starts with its first wave or batch.
 */
export function planWaves<Host extends WaveHost, Selector>(
  question: WaveQuestion<Host, Selector>,
): readonly PlannedWave[] {
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
  { canary, waves = [], batch = '25%' }: WaveRollout<Selector>,
  selectorMatches: (selector: Selector, host: Host) => boolean,
): readonly PlannedWave[] {
  let left = [...hosts].sort((a, b) => compareText(a.name, b.name))
  const take = (selector: Selector): readonly string[] => {
    const taken = left.filter((h) => selectorMatches(selector, h))
    left = left.filter((h) => !taken.includes(h))
    return taken.map((h) => h.name)
  }
  const planned: PlannedWave[] = []
  const first = canary === undefined ? [] : take(canary)
  if (first.length > 0) planned.push({ name: 'canary', environment, hosts: first })
  waves.forEach(({ name, on, batch: share = '100%' }, rule) => {
    const parts = batches(take(on), share)
    parts.forEach((part, i) => {
      planned.push({ name: parts.length === 1 ? name : `${name} ${i + 1}`, environment, hosts: part, rule })
    })
  })
  const rest = batches(
    left.map((h) => h.name),
    batch,
  )
  return [...planned, ...rest.map((part, i) => ({ name: `wave ${i + 1}`, environment, hosts: part }))]
}

function batches(hosts: readonly string[], amount: Amount): readonly (readonly string[])[] {
  const size = Math.max(1, Math.ceil(amountOf(amount, hosts.length)))
  const parts: (readonly string[])[] = []
  for (let i = 0; i < hosts.length; i += size) parts.push(hosts.slice(i, i + size))
  return parts
}

/** So many hosts may fail before the rest is not started: of a share, the whole hosts in it. */
export const failuresAllowed = (amount: Amount, hosts: number): number => Math.floor(amountOf(amount, hosts))

function amountOf(amount: Amount, of: number): number {
  const found = typeof amount === 'number' ? amount : (of * Number.parseInt(amount, 10)) / 100
  return Number.isFinite(found) ? found : 0
}
