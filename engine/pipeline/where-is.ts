import { loadWork } from './estate.ts'
import { targetsOf } from './targets.ts'
import type { World } from './world.ts'

/** Where a host is reached: by the name of its document, where there is one, else by the address itself. */
export async function whereIs(
  world: World,
  host: string,
): Promise<{ readonly address: string; readonly port: number }> {
  const known = await loadWork(world).then(
    (estate) => targetsOf(estate.graph).get(host),
    // Without an estate, an address is all there is.
    () => undefined,
  )
  if (known !== undefined) return { address: known.address, port: known.port }
  const [, bracketed, rest] = /^\[([^\]]+)\](?::(\d+))?$/.exec(host) ?? []
  if (bracketed !== undefined) return { address: bracketed, port: Number(rest ?? 22) }
  const [, address = host, port = '22'] = /^([^:]+):(\d+)$/.exec(host) ?? []
  return { address, port: Number(port) }
}
