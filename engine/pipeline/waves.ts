import type { Gate } from '../apply/gates.ts'
import { planWaves } from '../change/waves.ts'
import { HostIndex } from '../compile/host-index.ts'
import type { EnvironmentSpec, RolloutSpec, Selector } from '../generated/types.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { WavePlan } from '../model/plan.ts'

/** The waves in which a plan goes over the hosts that have something to do. */
export function wavesOf(graph: Graph, busy: ReadonlySet<string>): readonly WavePlan[] {
  const hosts = graph.ofKind('Host').filter((h) => busy.has(h.document.metadata.name))
  const index = new HostIndex(hosts as unknown as ConstructorParameters<typeof HostIndex>[0])
  return planWaves<{ name: string; environment: string; loaded: LoadedDocument }, Selector>({
    hosts: hosts.map((loaded) => ({ name: loaded.document.metadata.name, environment: environmentOf(loaded), loaded })),
    environments: graph.ofKind('Environment').map((e) => ({
      name: e.document.metadata.name,
      criticality: (e.document.spec as unknown as EnvironmentSpec).criticality ?? 3,
      rollout: rolloutOf(graph, e.document.metadata.name),
    })),
    selectorMatches: (selector, host) => new Set(index.select(selector)).has(host.name),
  })
}

export function environmentOf(host: LoadedDocument): string {
  return String(host.document.spec['environment'] ?? '')
}

/** The rollout of an environment; an empty one where documents are missing. */
export function rolloutOf(graph: Graph, environment: string): RolloutSpec {
  const name = graph.documents.get(`Environment/${environment}`)?.document.spec['rollout']
  return (graph.documents.get(`Rollout/${String(name)}`)?.document.spec ?? {}) as unknown as RolloutSpec
}

/** The gates that a wave of an environment has to pass, each with the hosts it is about. */
export function gatesOf(graph: Graph, environment: string): readonly Gate[] {
  const index = new HostIndex(graph.ofKind('Host') as unknown as ConstructorParameters<typeof HostIndex>[0])
  return (rolloutOf(graph, environment).gates ?? []).map(({ on, ...gate }) => ({
    ...(gate as Gate),
    ...(on !== undefined && { hosts: new Set(index.select(on)) }),
  }))
}
