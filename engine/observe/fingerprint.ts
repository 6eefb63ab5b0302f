import type { ProbeOutput, Resource, ResourceType } from '../model/resource.ts'
import { hostPath, read, type Script } from '../model/script.ts'

/** Name of the section that holds the fingerprint; no resource type is called so. */
export const fingerprintSection = 'fingerprint'

/** Splits the resources of a host by whether the stat of files tells that they did not change. */
export function splitByWatch(
  byType: ReadonlyMap<string, readonly Resource[]>,
  types: ReadonlyMap<string, ResourceType>,
): { readonly paths: readonly string[]; readonly watched: ReadonlySet<string> } {
  const paths = new Set<string>()
  const watched = new Set<string>()
  for (const [name, resources] of byType) {
    const files = types.get(name)?.watch?.(resources.map((r) => r.spec))
    if (files === undefined) continue
    watched.add(name)
    for (const path of files) paths.add(path)
  }
  return { paths: [...paths].sort(), watched }
}

/**
 * One `stat` over all files, with everything that changes when a file does; ctime can't be set back by its owner. The first
 * line tells the host's time, by the folder of the process that asks.
 */
export function fingerprintProbe(paths: readonly string[]): Script {
  const files: Script = {
    readOnly: true,
    parts: paths.flatMap((path) => read` ${hostPath(path)}`.parts),
  }
  return read`LC_ALL=C stat -c '%Z %d %i %f %u %g %s %z' /proc/self/ ${files} 2>&1`
}

/** What is compared, or undefined where it proves nothing: a file changed so lately that its time could stay the same. */
export function fingerprintOf(output: ProbeOutput | undefined): string | undefined {
  if (output === undefined) return undefined
  const [first = '', ...lines] = output.stdout.split('\n')
  const now = secondsOf(first)
  if (now === undefined) return undefined
  const newest = Math.max(0, ...lines.map((line) => secondsOf(line) ?? 0))
  return newest >= now - 1 ? undefined : lines.join('\n')
}

/** The same without the question whether it is old enough: to compare with one that was. */
export const fingerprintText = (output: ProbeOutput): string => output.stdout.slice(output.stdout.indexOf('\n') + 1)

function secondsOf(line: string): number | undefined {
  const digits = /^\d{1,12}(?= \d+ \d+ [0-9a-f]+ )/.exec(line)?.[0]
  return digits === undefined ? undefined : Number(digits)
}
