import { resourceTypes } from '../../generated/registry.ts'
import { loadCommit } from '../../pipeline/estate.ts'
import type { World } from '../../pipeline/world.ts'
import { openWorld } from '../../wiring.ts'
import { keyEnvironment } from '../demo-folder.ts'
import { Company, type CompanyOptions } from './company.ts'
import { copyLantern } from './lantern.ts'
import { type MemoryHosts, memoryHosts } from './memory-hosts.ts'

/** What the story knows of a change, because it made it: reports can be held against it. */
export interface Told {
  readonly change: string
  readonly type: 'standard' | 'normal' | 'emergency'
  readonly state: string
  /** Empty where the engine did it by itself. */
  readonly author: string
  readonly approvers: readonly string[]
  readonly actions: number
  readonly rollbackOf?: readonly string[]
  /** ISO 8601: when its first commit was written, it was merged, and its last attempt ended. */
  readonly authoredAt: string
  readonly mergedAt?: string
  readonly endedAt?: string
}

export interface Quarter {
  readonly office: Company
  readonly hosts: MemoryHosts
  readonly told: Map<string, Told>
  /** Tells whoever waits what has happened. */
  readonly say: (what: string) => void
}

export type QuarterOptions = Pick<CompanyOptions, 'folder' | 'runProgram' | 'version'> & Pick<Quarter, 'say'>

const people = ['m.okafor', 'n.ito', 't.quiroga', 'l.vandenberghe', 'e.kowalczyk', 'c.bellini', 'a.nair', 'm.dewit']

/** The reference estate on the first day of the quarter, its hosts as its documents want them. */
export async function openQuarter({ folder, runProgram, version, say }: QuarterOptions): Promise<Quarter> {
  let hosts: MemoryHosts | undefined
  const outside = (world: World): World => {
    if (hosts === undefined) return world
    const { connector, reach, types } = hosts
    return { ...world, types, reach, connector: async () => connector }
  }
  const at = '2026-07-01T07:00:00Z'
  const office = await Company.found({ folder, people, at, runProgram, version, found: copyLantern, outside })
  const env = { ...process.env, ...keyEnvironment(folder) }
  const world = await openWorld({ version, start: folder.estate, env, clock: { now: office.now } })
  try {
    const names = (await loadCommit(world, 'main')).graph.ofKind('Host').map((d) => d.document.metadata.name)
    hosts = memoryHosts(names, resourceTypes)
    const { compile } = await loadCommit({ ...world, types: hosts.types, estates: new Map() }, 'main')
    for (const name of names) hosts.settle(name, compile.host(name).resources)
  } finally {
    await world.close()
  }
  return { office, hosts, told: new Map(), say }
}
