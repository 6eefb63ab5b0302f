import type { Observation, ProbeOutput, ResourceType } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { unknown, unparsable, wholeLines } from '../observed.ts'
import { concat } from '../shell.ts'
import { managers } from './managers.ts'
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
  ]
  return read`if false; then :
${concat(branches)}else echo manager none
fi
`
}

export function parse(specs: readonly PackageSpec[], output: ProbeOutput): readonly Observation<PackageState>[] {
  const lines = wholeLines(output.stdout)
  const name = lines.find((line) => line.startsWith('manager '))?.slice('manager '.length)
  const manager = managers.find((m) => m.name === name)
  if (manager !== undefined) return manager.parse(specs, lines)
  const nothing = (spec: PackageSpec) =>
    name === 'none' ? unknown('unsupported', 'no package manager was found') : unparsable(`the package ${spec.name}`)
  return specs.map(nothing)
}

/** Packages that somebody asked for. */
export const discover: NonNullable<ResourceType<PackageSpec>['discover']> = {
  probe: read`(
if false; then :
${concat(
  managers.map(
    (m) => read`elif ${m.detect}; then echo ${`manager ${m.name}`}
${m.wanted ?? read`echo end`}
`,
  ),
)}fi
)
`,
  parse({ stdout }) {
    const lines = wholeLines(stdout)
    const manager = managers.find((m) => lines[0] === `manager ${m.name}`)
    // Half a list would say of the other half that nobody wants it.
    if (manager?.found === undefined || lines.at(-1) !== 'end') return []
    if (lines.includes('denied list')) return [{ leftOut: 'packages', because: 'their list may not be read' }]
    return manager.found(lines).map((spec) => ({ spec }))
  },
}
