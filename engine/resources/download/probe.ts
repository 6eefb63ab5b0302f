import type { Observation, ProbeOutput } from '../../model/resource.ts'
import type { Script } from '../../model/script.ts'
import { readFileProbe } from '../file-output.ts'
import { fileProbe } from '../file-probe.ts'
import { missingTool } from '../observed.ts'
import type { DownloadSpec, DownloadState } from './spec.ts'

/** Only what is on the host is looked at, never where it comes from: a plan does not wait for somebody else's server. */
export function probe(specs: readonly DownloadSpec[]): Script {
  return fileProbe(specs.map((spec) => ({ path: spec.path, wanted: '-' })))
}

export function parse(specs: readonly DownloadSpec[], output: ProbeOutput): readonly Observation<DownloadState>[] {
  const paths = specs.map((spec) => spec.path)
  const missing = /^missing (stat|sha256sum)$/m.exec(output.stdout)?.[1]
  // Without these nothing that is fetched could be told from another.
  if (missing !== undefined) return specs.map(() => missingTool(missing))
  return readFileProbe(paths, output, 'a file').map((seen) => {
    if (seen.status !== 'present') return seen
    const { sha256 = '', mode, owner, group } = seen.state
    return { status: 'present', state: { sha256, mode, owner, group } }
  })
}
