import { type Diagnostic, hasErrors, reporter } from '../model/diagnostic.ts'
import { zoneFile } from '../practices/network/zone-file.ts'
import { nearest } from '../schema/nearest.ts'
import { codes } from './codes.ts'
import { loadMeant } from './estate.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/**
 * A zone of DNS as a master file.
 * @param options.serial seconds since 1970 where left out, which only grow
 */
export async function exportZone(
  world: World,
  wanted: string,
  options: { readonly serial?: number; readonly commit?: string },
): Promise<{ readonly text: string; readonly unsound: boolean } | { readonly refused: readonly Diagnostic[] }> {
  const estate = await loadMeant(world, options.commit)
  const zones = estate.graph.ofKind('DnsZone')
  const name = wanted.replace(/\.$/, '').toLowerCase()
  const zone = zones.find((z) => z.document.metadata.name === name)
  if (zone === undefined) {
    const near = nearest(
      name,
      zones.map((z) => z.document.metadata.name),
    )
    return {
      refused: [
        report('document-unknown', {
          summary: `there is no DnsZone ${wanted.slice(0, 80)}`,
          ...(near !== undefined && { hint: `did you mean ${near}?` }),
        }),
      ],
    }
  }
  const serial = options.serial ?? Math.floor(world.clock.now().getTime() / 1000)
  const { text, faults } = zoneFile(estate, zone, serial)
  return faults.length > 0 ? { refused: faults } : { text, unsound: hasErrors(estate.diagnostics) }
}
