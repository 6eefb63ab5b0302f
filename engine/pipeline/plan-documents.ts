import { diffDocuments } from '../diff/diff-documents.ts'
import { leaveOut } from '../diff/leave-out.ts'
import { massDeletes } from '../plan/mass-delete.ts'
import { planHost } from '../plan/plan-host.ts'
import { exceptionsIn } from './exceptions.ts'
import type { HostsPlan, Question } from './plan-hosts.ts'
import type { World } from './world.ts'

/**
 * What the documents change on the hosts, as if each stood exactly as the base wants it. No host is asked anything, so that it
 * needs no key to log in with: for what strangers propose, and for jobs that are given none.
 */
export function planDocuments(world: World, { base, desired, hosts, applied, rollback }: Question): HostsPlan {
  const exceptions = exceptionsIn(desired.graph, world.clock.now())
  const parts = hosts.map((host) => {
    const before = base.compile.has(host) ? base.compile.host(host) : undefined
    const all = diffDocuments(desired.compile.host(host), before, world.types, applied.get(host))
    const diff = leaveOut(all, { exceptions: exceptions(host) })
    const planned = planHost(
      {
        ...{ host, changes: diff.changes, base: before, sameCommit: false, rollback: rollback !== undefined },
        // What was there last does not come into it: nobody knows what is there now.
        applied: undefined,
      },
      world.types,
      world.sha256,
    )
    return { host, all, diff, planned }
  })
  const work = parts.flatMap((p) => p.planned.work)
  const existing = parts.flatMap((p) => p.all.wanted.map((r) => r.id))
  const declared = parts.reduce((sum, p) => sum + desired.compile.host(p.host).resources.length, 0)
  return {
    work,
    unknowns: [],
    unchanged: parts.reduce((sum, p) => sum + p.diff.unchanged.length, 0),
    released: parts.flatMap((p) => p.all.released.map((resource) => ({ host: p.host, resource }))),
    ignored: parts.flatMap((p) => p.diff.ignored),
    diagnostics: [
      ...parts.flatMap((p) => p.planned.diagnostics),
      ...massDeletes(
        work.map((w) => w.action),
        existing,
        declared,
      ),
    ],
    observations: new Map(),
    wanted: new Map(parts.map((p) => [p.host, p.all.wanted])),
    promises: [],
  }
}
