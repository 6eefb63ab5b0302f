import type { Observation, ProbeOutput } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { unknown, unparsable, wholeLines } from '../observed.ts'
import { concat } from '../shell.ts'
import { managers, unsupported } from './managers.ts'
import type { PackageSpec, PackageState } from './spec.ts'

/** Prints `manager NAME` and what that manager says. */
export function probe(specs: readonly PackageSpec[]): Script {
  const names = specs.map((spec) => spec.name)
  const branches = [
    ...managers.map(
      (m) => read`elif ${m.detect}; then echo ${`manager ${m.name}`}
${m.query(names)}
`,
    ),
    ...unsupported.map(
      (m) => read`elif ${m.detect}; then echo ${`manager ${m.name}`}
`,
    ),
  ]
  return read`(
if false; then :
${concat(branches)}else echo manager none
fi
)
`
}

export function parse(specs: readonly PackageSpec[], output: ProbeOutput): readonly Observation<PackageState>[] {
  const lines = wholeLines(output.stdout)
  const name = lines.find((line) => line.startsWith('manager '))?.slice('manager '.length)
  const manager = managers.find((m) => m.name === name)
  if (manager !== undefined) return manager.parse(specs, lines)
  const known = name === 'none' || unsupported.some((m) => m.name === name)
  const why = name === 'none' ? 'no package manager was found' : `packages of ${name} are not managed yet`
  return specs.map((spec) => (known ? unknown('unsupported', why) : unparsable(`the package ${spec.name}`)))
}
