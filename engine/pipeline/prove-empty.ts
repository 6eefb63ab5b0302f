import { compareDiagnostics, type Diagnostic, hasErrors } from '../model/diagnostic.ts'
import type { Action, UnknownResource } from '../model/plan.ts'
import { loadWork } from './estate.ts'
import { planHosts } from './plan-hosts.ts'
import type { World } from './world.ts'

/** Whether hosts are as the documents of the working folder say. */
export interface Proof {
  readonly hosts: readonly string[]
  /** What a plan would do; empty where the documents are right. */
  readonly actions: readonly Action[]
  readonly unknowns: readonly UnknownResource[]
  /** Resources that are as they are written. */
  readonly unchanged: number
  readonly diagnostics: readonly Diagnostic[]
}

/** Compiles the working folder and looks at the hosts again: no ledger, no approval and no remote is needed for that. */
export async function proveEmpty(world: World, hosts: readonly string[]): Promise<Proof> {
  const estate = await loadWork(world)
  const compiled = hasErrors(estate.diagnostics) ? [] : estate.compile.diagnostics(hosts)
  const diagnostics = [...estate.diagnostics, ...compiled].sort(compareDiagnostics)
  const nothing = { hosts, actions: [], unknowns: [], unchanged: 0 }
  if (hasErrors(diagnostics)) return { ...nothing, diagnostics: diagnostics.filter((d) => d.severity === 'error') }
  const here = hosts.filter((host) => estate.compile.has(host))
  const planned = await planHosts(world, {
    base: estate,
    desired: estate,
    sameCommit: true,
    hosts: here,
    applied: new Map(),
  })
  return {
    hosts: here,
    actions: planned.work.map(({ action }) => action),
    unknowns: planned.unknowns,
    unchanged: planned.unchanged,
    diagnostics: planned.diagnostics.filter((d) => d.severity === 'error'),
  }
}
