import type { Change } from '../model/resource.ts'
import { hostPath, read } from '../model/script.ts'
import { isFailure } from '../ports/host-session.ts'
import { decodeBase64 } from '../resources/base64.ts'
import type { PlannedChange } from './plan-change.ts'
import { targetsOf } from './targets.ts'
import type { World } from './world.ts'

/** So much of a file is read from a host to become part of the estate. */
const largest = 1024 * 1024

/**
 * The content of the file that a drifted resource is on its host, where the content is off: from what was read when it was
 * looked at, or read now. Undefined where it can't be had whole, or is no longer what was seen.
 */
export async function contentOn(
  world: World,
  { desired, hosts }: PlannedChange,
  host: string,
  { resource, have, fields }: Change,
): Promise<Uint8Array | undefined> {
  const digest = have?.['sha256']
  if (typeof digest !== 'string' || !fields.some((f) => f.path === 'content' && f.sensitive !== true)) return undefined
  const seen = hosts.observations.get(host)?.observations.get(resource.id)
  if (seen?.status === 'present' && seen.excerpt !== undefined) {
    const bytes = new TextEncoder().encode(seen.excerpt)
    if (world.sha256(bytes) === digest) return bytes
  }
  const path = world.types.get(resource.type)?.paths?.(resource.spec)[0]
  const target = targetsOf(desired.graph).get(host)
  if (path === undefined || target === undefined) return undefined
  const session = await (await world.connector()).connect(target, { deadline: 30_000 })
  if (isFailure(session)) return undefined
  // A link's target is never read out: it may be any file of the host.
  const script = read`[ -f ${hostPath(path)} ] && [ ! -L ${hostPath(path)} ] && head -c ${largest + 1} < ${hostPath(path)} | base64 | tr -d '\\n'`
  const output = await session.read(script, { deadline: 60_000, outputCap: largest * 2 }).finally(() => session.close())
  const bytes = output.code === 0 ? decodeBase64(new TextDecoder().decode(output.stdout)) : undefined
  return bytes !== undefined && bytes.length <= largest && world.sha256(bytes) === digest ? bytes : undefined
}
