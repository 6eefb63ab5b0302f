import type { RunbookSpec } from '../generated/types.ts'
import { addressOf, nameOf } from '../model/address.ts'
import { compareText } from '../model/diagnostic.ts'
import type { Json, JsonObject } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'

export type RunbookStep = NonNullable<RunbookSpec['steps']>[number]

/** A step, and the hosts it is run on, in order; `local` alone where it is run at the keyboard. */
export interface MeantStep {
  readonly step: RunbookStep
  readonly hosts: readonly string[]
}

/** The name that stands for the machine of whoever runs it; no document can be called so. */
export const here = '(here)'

export interface Choice {
  /** These steps alone, in this order. */
  readonly only?: readonly string[]
  /** From this one on. */
  readonly from?: string
}

/** The steps that are run: all in their order but those that take others back; or those that are named. */
export function chooseSteps(
  spec: Pick<RunbookSpec, 'steps'>,
  { only = [], from }: Choice,
): { readonly steps: readonly RunbookStep[] } | { readonly unknown: string } {
  const all = spec.steps ?? []
  const named = only.map((name) => all.find((s) => s.name === name) ?? name)
  const missing = named.find((s) => typeof s === 'string')
  if (missing !== undefined) return { unknown: missing }
  if (only.length > 0) return { steps: named.filter((s) => typeof s !== 'string') }
  const inverses = new Set(all.flatMap((s) => (s.undo === undefined ? [] : [s.undo])))
  const forward = all.filter((s) => !inverses.has(s.name))
  if (from === undefined) return { steps: forward }
  const at = forward.findIndex((s) => s.name === from)
  return at === -1 ? { unknown: from } : { steps: forward.slice(at) }
}

/**
 * The hosts that a step is meant for: those it names, those of its services, those that inputs name, and those that carry all of
 * its labels. Undefined where it leaves that to whoever runs it.
 */
export function hostsMeant(step: RunbookStep, inputs: JsonObject, graph: Graph): readonly string[] | undefined {
  if (step.local === true) return [here]
  const { hosts, services, inputs: names, labels } = step
  if (hosts === undefined && services === undefined && names === undefined && labels === undefined) return undefined
  const meant = new Set<string>(hosts ?? [])
  for (const service of services ?? [])
    for (const host of textsIn(graph.documents.get(addressOf('Service', service))?.document.spec['hosts']))
      meant.add(host)
  for (const name of names ?? []) for (const host of textsIn(inputs[name])) meant.add(host)
  if (labels !== undefined)
    for (const { document } of graph.ofKind('Host'))
      if (Object.entries(labels).every(([key, value]) => document.metadata.labels?.[key] === value))
        meant.add(document.metadata.name)
  return [...meant].map((name) => nameOf(name)).sort(compareText)
}

function textsIn(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? (value as readonly Json[]).filter((item) => typeof item === 'string') : []
}
