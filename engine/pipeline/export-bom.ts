import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import { codes } from '../query/codes.ts'
import { cyclonedx } from '../report/cyclonedx.ts'
import { loadWork } from './estate.ts'
import { hostsNamed } from './hosts-named.ts'
import { lastSeen } from './snapshot.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/** What hosts of the working folder are made of, as they were last seen. Hosts that never were are named. */
export async function exportBom(
  world: World,
  wanted: readonly string[],
): Promise<
  | { readonly text: string; readonly hosts: number; readonly diagnostics: readonly Diagnostic[] }
  | { readonly refused: readonly Diagnostic[] }
> {
  const named = hostsNamed((await loadWork(world)).graph, wanted.length === 0 ? undefined : wanted)
  if ('refused' in named) return named
  const { names } = named
  const seen = await lastSeen(world)
  const hosts = names.flatMap((name) => {
    const facts = seen.get(name)?.facts
    return facts?.packages === undefined ? [] : [{ name, facts }]
  })
  const missing = names.filter((name) => !hosts.some((h) => h.name === name))
  const text = cyclonedx(hosts, { serial: world.uuid(), at: world.clock.now(), engine: world.engineVersion })
  if (missing.length === 0) return { text, hosts: hosts.length, diagnostics: [] }
  const shown = `${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ` and ${missing.length - 5} more` : ''}`
  return {
    text,
    hosts: hosts.length,
    diagnostics: [report('hosts-not-seen', { summary: `no snapshot is kept of ${shown}` })],
  }
}
