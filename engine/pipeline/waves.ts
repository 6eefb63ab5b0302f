import type { Check, ExpectedAnswer, Gate, LookCommand, Pattern } from '../apply/gates.ts'
import { failuresAllowed, type PlannedWave, planWaves } from '../change/waves.ts'
import { HostIndex } from '../compile/host-index.ts'
import type {
  EnvironmentSpec,
  Gate as GateSpec,
  LookCommand as LookSpec,
  RolloutSpec,
  Selector,
  ServiceTestSpec,
} from '../generated/types.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { WavePlan } from '../model/plan.ts'
import type { Target } from '../ports/host-session.ts'
import { linearPattern } from '../schema/linear-pattern.ts'
import { targetsOf } from './targets.ts'

/** The waves in which a plan goes over the hosts that have something to do. */
export function wavesOf(graph: Graph, busy: ReadonlySet<string>): readonly WavePlan[] {
  return stagesOf(graph, busy).map(({ name, environment, hosts }) => ({ name, environment, hosts }))
}

/** The same, with the rule of the rollout that each wave comes from. */
export function stagesOf(graph: Graph, busy: ReadonlySet<string>): readonly PlannedWave[] {
  const hosts = graph.ofKind('Host').filter((h) => busy.has(h.document.metadata.name))
  const index = new HostIndex(hosts as unknown as ConstructorParameters<typeof HostIndex>[0])
  const selected = new Map<Selector, ReadonlySet<string>>()
  return planWaves<{ name: string; environment: string; loaded: LoadedDocument }, Selector>({
    hosts: hosts.map((loaded) => ({ name: loaded.document.metadata.name, environment: environmentOf(loaded), loaded })),
    environments: graph.ofKind('Environment').map((e) => ({
      name: e.document.metadata.name,
      criticality: (e.document.spec as unknown as EnvironmentSpec).criticality ?? 3,
      rollout: rolloutOf(graph, e.document.metadata.name),
    })),
    selectorMatches: (selector, host) => {
      const names = selected.get(selector) ?? new Set(index.select(selector))
      selected.set(selector, names)
      return names.has(host.name)
    },
  })
}

export function environmentOf(host: LoadedDocument): string {
  return String(host.document.spec['environment'] ?? '')
}

/** The rollout of an environment; an empty one where documents are missing. */
export function rolloutOf(graph: Graph, environment: string): RolloutSpec {
  return (graph.documents.get(rolloutNameOf(graph, environment))?.document.spec ?? {}) as unknown as RolloutSpec
}

/** `Rollout/name` of the first of these environments whose rollout says that what failed is taken back; undefined where none does. */
export function takesBack(graph: Graph, environments: readonly string[]): string | undefined {
  const found = environments.find((e) => rolloutOf(graph, e).onFailure === 'rollback')
  return found === undefined ? undefined : rolloutNameOf(graph, found)
}

const rolloutNameOf = (graph: Graph, environment: string): `Rollout/${string}` =>
  `Rollout/${String(graph.documents.get(`Environment/${environment}`)?.document.spec['rollout'])}`

/** How a wave is gone about, beside its hosts. */
export interface WaveRules {
  readonly gates: readonly Gate[]
  readonly maxFailures: number
  readonly soak?: number
}

/** The rules of each wave, by what the rollout of its environment says; shares are of all hosts that stand in the waves. */
export function rulesOf(graph: Graph, waves: readonly PlannedWave[]): (wave: PlannedWave) => WaveRules {
  const index = new HostIndex(graph.ofKind('Host') as unknown as ConstructorParameters<typeof HostIndex>[0])
  const targets = targetsOf(graph)
  const gate = (spec: GateSpec): Gate => gateOf(spec, graph, targets, (on) => new Set(index.select(on)))
  return ({ environment, rule }) => {
    const rollout = rolloutOf(graph, environment)
    const own = rule === undefined ? undefined : rollout.waves?.[rule]
    const hosts = waves.filter((w) => w.environment === environment).flatMap((w) => w.hosts).length
    return {
      gates: [...(rollout.gates ?? []), ...(own?.gates ?? [])].map(gate),
      maxFailures: failuresAllowed(rollout.maxFailures ?? 0, hosts),
      ...(own?.soak !== undefined && { soak: own.soak * 1000 }),
    }
  }
}

const seconds = (value: number | undefined, otherwise: number): number => (value ?? otherwise) * 1000

function gateOf(
  spec: GateSpec,
  graph: Graph,
  targets: ReadonlyMap<string, Target>,
  select: (on: Selector) => ReadonlySet<string>,
): Gate {
  const { name, on, test } = spec
  if (test !== undefined) {
    const found = graph.documents.get(`ServiceTest/${test}`)?.document.spec
    return testGate(name, (found ?? {}) as unknown as ServiceTestSpec, targets)
  }
  return {
    name,
    per: 'each',
    check: checkOf(spec),
    ...(on !== undefined && { hosts: select(on) }),
    attempts: spec.attempts ?? 1,
    interval: seconds(spec.interval, 5),
    timeout: seconds(spec.timeout, 30),
  }
}

function checkOf({ service, tcp, http, command }: GateSpec): Check {
  if (service !== undefined) return { service }
  if (tcp !== undefined) return { tcp }
  if (command !== undefined) return { command: lookOf(command) }
  if (typeof http === 'string') return { http, expected: {} }
  return { http: http?.path ?? '/', expected: expectedOf(http ?? {}) }
}

function testGate(name: string, spec: ServiceTestSpec, targets: ReadonlyMap<string, Target>): Gate {
  const { from, http, tcp, command } = spec
  const target = from === undefined ? undefined : targets.get(from)
  const check: Check =
    command !== undefined
      ? { command: lookOf(command) }
      : tcp !== undefined
        ? { tcp: tcp.port, address: tcp.address }
        : { http: http?.url ?? '', expected: expectedOf(http ?? {}) }
  return {
    name,
    per: 'once',
    check,
    ...(target !== undefined && { from: target }),
    attempts: spec.attempts ?? 3,
    interval: seconds(spec.interval, 5),
    timeout: seconds(spec.timeout, 30),
  }
}

const expectedOf = ({ status, body }: { status?: number; body?: string }): ExpectedAnswer => ({
  ...(status !== undefined && { status }),
  ...(body !== undefined && { body: patternOf(body) }),
})

const lookOf = ({ run, as, status, output }: LookSpec): LookCommand => ({
  run,
  as: as ?? 'nobody',
  status: status ?? 0,
  ...(output !== undefined && { output: patternOf(output) }),
})

/** What validation refuses matches nothing, so that its gate stays closed. */
function patternOf(source: string): Pattern {
  const found = linearPattern(source)
  return { source, test: (text) => 'pattern' in found && found.pattern.test(text) }
}
