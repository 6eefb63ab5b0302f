import type { Observation, ProbeOutput } from '../../model/resource.ts'
import type { Script } from '../../model/script.ts'
import { readFileProbe } from '../file-output.ts'
import { fileProbe } from '../file-probe.ts'
import { contentDigest, type FileSpec, type FileState } from './spec.ts'

export function probe(specs: readonly FileSpec[]): Script {
  return fileProbe(
    specs.map((spec) => ({
      path: spec.path,
      // Only where there is a text to show it beside.
      wanted: spec.sensitive === true || spec.content === undefined ? '-' : (contentDigest(spec) ?? '-'),
    })),
  )
}

export function parse(specs: readonly FileSpec[], output: ProbeOutput): readonly Observation<FileState>[] {
  return readFileProbe(
    specs.map((spec) => spec.path),
    output,
    'a file',
  ) as Observation<FileState>[]
}
