import type { Observation, ProbeOutput } from '../../model/resource.ts'
import type { Script } from '../../model/script.ts'
import { readFileProbe } from '../file-output.ts'
import { statProbe } from '../file-probe.ts'
import type { DirectorySpec, DirectoryState } from './spec.ts'

export function probe(specs: readonly DirectorySpec[]): Script {
  return statProbe(specs.map((spec) => spec.path))
}

export function parse(specs: readonly DirectorySpec[], output: ProbeOutput): readonly Observation<DirectoryState>[] {
  return readFileProbe(
    specs.map((spec) => spec.path),
    output,
    'a folder',
  )
}
