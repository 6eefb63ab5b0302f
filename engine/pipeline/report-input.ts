import type { ReportInput, Wanted } from '../model/practice.ts'
import type { Catalogue } from '../model/resource.ts'
import type { EstateAt } from './estate-at.ts'
import { lastSeen, type Seen } from './snapshot.ts'
import type { World } from './world.ts'

/** What reports look at: documents, what they want of hosts and, where `observed`, what was last seen of these. */
export async function reportInput(
  world: World,
  estate: EstateAt,
  { observed }: { readonly observed: boolean },
): Promise<ReportInput> {
  const seen = observed ? await lastSeen(world) : new Map<string, Seen>()
  return {
    ...{ graph: estate.graph, locate: estate.locate, now: world.clock.now(), starts: estate.starts },
    seen: (host: string) => seen.get(host)?.facts,
    seenAt: (host: string) => seen.get(host)?.factsSeen,
    wanted: (host: string) => wantedOn(world, estate.compile.host(host)),
    fingerprint: world.fingerprint,
  }
}

function wantedOn(world: World, { resources }: Catalogue): readonly Wanted[] {
  return resources.map(({ type, spec, declaredBy }) => ({
    ...{ type, spec },
    by: [...new Set(declaredBy.map((d) => d.address))],
    files: world.types.get(type)?.paths?.(spec) ?? [],
  }))
}
