import type { Discovered, ResourceType, Unknown } from '../model/resource.ts'
import type { Answer, Probe } from './compose.ts'
import { messageOf, unknown } from './parse-answers.ts'

/** By resource type: what is there that nobody declared, or why that can't be told. */
export type Discovery = ReadonlyMap<string, readonly Discovered[] | Unknown>

const sectionOf = (type: string): string => `discover-${type}`

/** What the types ask that can tell what is on a host, as sections beside those of the resources. */
export function discoverySections(types: ReadonlyMap<string, ResourceType>): readonly Probe[] {
  return [...types.values()].flatMap(({ name, discover }) =>
    discover === undefined ? [] : [{ type: sectionOf(name), script: discover.probe }],
  )
}

/** Reads what was discovered out of a host's answers. */
export function readDiscovery(types: ReadonlyMap<string, ResourceType>, { sections, gap }: Answer): Discovery {
  const found = new Map<string, readonly Discovered[] | Unknown>()
  for (const { name, discover } of types.values()) {
    if (discover === undefined) continue
    const answer = sections.get(sectionOf(name))
    if (answer === undefined) {
      found.set(name, gap)
      continue
    }
    try {
      found.set(name, discover.parse(answer))
    } catch (error) {
      found.set(name, unknown('unparsable', `looking for ${name} failed: ${messageOf(error)}`))
    }
  }
  return found
}
