import type { Observation, ProbeOutput } from '../../model/resource.ts'
import type { Script } from '../../model/script.ts'
import { readFileProbe } from '../file-output.ts'
import { fileProbe } from '../file-probe.ts'
import { missingTool, unparsable } from '../observed.ts'
import { pathOf, type RepositorySpec, type RepositoryState } from './spec.ts'

/** Sources are few and short: their text is always read out, and compared by what it says. */
export function probe(specs: readonly RepositorySpec[]): Script {
  return fileProbe(specs.map((spec) => ({ path: pathOf(spec.name), wanted: 'none' })))
}

export function parse(specs: readonly RepositorySpec[], output: ProbeOutput): readonly Observation<RepositoryState>[] {
  const missing = /^missing (stat|sha256sum)$/m.exec(output.stdout)?.[1]
  if (missing !== undefined) return specs.map(() => missingTool(missing))
  const paths = specs.map((spec) => pathOf(spec.name))
  const whole = output.stdout.endsWith('\nend\n')
  return readFileProbe(paths, output, 'a file').map((seen, i) => {
    if (seen.status !== 'present') return seen
    if (!whole) return unparsable(paths[i] ?? '')
    const { sha256 = '', mode, owner, group } = seen.state
    const state = { sha256, mode, owner, group }
    return { status: 'present', state, ...(seen.excerpt !== undefined && { excerpt: seen.excerpt }) }
  })
}
