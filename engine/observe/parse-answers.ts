import type { Diagnostic } from '../model/diagnostic.ts'
import { escapeControls } from '../model/escape.ts'
import type { Observation, ProbeOutput, Resource, ResourceId, ResourceType, Unknown } from '../model/resource.ts'
import { holdsMark, holdsSecret } from '../model/secret-ref.ts'
import type { UnknownReason } from './codes.ts'

type ByType = ReadonlyMap<string, readonly Resource[]>

export function groupByType(resources: readonly Resource[]): ByType {
  const groups = new Map<string, Resource[]>()
  for (const resource of resources) {
    const group = groups.get(resource.type)
    if (group) group.push(resource)
    else groups.set(resource.type, [resource])
  }
  return groups
}

/** An observation for every resource, `unknown` where its type gave no whole answer; `gap` says why that may be. */
export function parseAnswers(
  byType: ByType,
  answers: ReadonlyMap<string, ProbeOutput>,
  gap: Unknown | undefined,
  types: ReadonlyMap<string, ResourceType>,
): ReadonlyMap<ResourceId, Observation> {
  const all = new Map<ResourceId, Observation>()
  for (const [name, resources] of byType) {
    const parsed = parseType(name, resources, answers.get(name), gap, types.get(name))
    resources.forEach((resource, i) => {
      const observation = 'reason' in parsed ? { status: 'unknown' as const, unknown: parsed } : parsed[i]
      if (observation) all.set(resource.id, observation)
    })
  }
  return all
}

/** A parser that throws or forgets a resource is our bug; it costs the resources of one type on one host. */
function parseType(
  name: string,
  resources: readonly Resource[],
  answer: ProbeOutput | undefined,
  gap: Unknown | undefined,
  type: ResourceType | undefined,
): readonly Observation[] | Unknown {
  if (type === undefined) return unknown('unsupported', `there is no resource type ${name}`)
  if (answer === undefined) return gap ?? unknown('unparsable', `the probe of ${name} did not run to its end`)
  try {
    const specs = resources.map((resource) => resource.spec)
    const observations = type.parse(specs, answer)
    if (observations.length === resources.length) return observations.map(withoutMarks)
    return unknown('unparsable', `the parser of ${name} told of ${observations.length} of ${resources.length}`)
  } catch (error) {
    return unknown('unparsable', `the parser of ${name} failed: ${messageOf(error)}`)
  }
}

/**
 * What a host prints must never pass for a secret of ours: a state comes back as desired state when a change is taken back, and the
 * mark in it would then be filled with a value that the host has no business with.
 */
function withoutMarks(observation: Observation): Observation {
  if (observation.status !== 'present') return observation
  const { state, excerpt, ...rest } = observation
  if (holdsSecret(state)) {
    return {
      status: 'unknown',
      unknown: unknown('unparsable', 'what the host said holds characters that no text may hold'),
    }
  }
  return { ...rest, state, ...(excerpt !== undefined && !holdsMark(excerpt) && { excerpt }) }
}

/** What the answers show beside what was asked for; a type that fails at it has nothing to tell. */
export function noticesIn(
  byType: ByType,
  answers: ReadonlyMap<string, ProbeOutput>,
  types: ReadonlyMap<string, ResourceType>,
  host: string,
): readonly Diagnostic[] {
  return [...byType].flatMap(([name, resources]) => {
    const answer = answers.get(name)
    if (answer === undefined) return []
    try {
      return (
        types.get(name)?.notices?.(
          resources.map((r) => r.spec),
          answer,
          host,
        ) ?? []
      )
    } catch {
      return []
    }
  })
}

/** The detail is made safe to print: it may hold words of the host. */
export function unknown(reason: UnknownReason, detail: string): Unknown {
  return { reason, detail: escapeControls(detail) }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
