import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { FieldChange, ResourceType } from '../../model/resource.ts'
import { codes } from '../codes.ts'
import { compareFields } from '../fields.ts'
import { discover } from './discover.ts'
import { sorted } from './files.ts'
import { parse, probe } from './probe.ts'
import { loadFile, type ModuleSpec, type ModuleState, plainName, probeFile } from './spec.ts'
import { filesWanted, steps } from './steps.ts'

const report = reporter(codes)

/** A module of the kernel: what files say of it, and whether it is loaded where that is asked for. */
export const resource: ResourceType<ModuleSpec, ModuleState> = {
  name: 'kernelModule',
  rank: 15,
  identify: (spec) => plainName(spec.name),
  check,
  normalise(spec) {
    const name = plainName(spec.name)
    if (spec.ensure === 'absent') return { name, ensure: 'absent' }
    const { boot, blacklist, parameters } = filesWanted(spec)
    const { loaded, own } = spec
    return {
      name,
      boot,
      blacklist,
      parameters: sorted(parameters),
      ...(loaded !== undefined && { loaded }),
      ...(own !== undefined && { own }),
    }
  },
  probe,
  parse,
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  discover,
  paths: ({ name }) => [loadFile(plainName(name)), probeFile(plainName(name))],
  restore(name, state) {
    if (state === null) return { name, ensure: 'absent' }
    const { boot, blacklist, parameters, loaded, own } = state
    return {
      name,
      boot,
      blacklist,
      parameters,
      ...(loaded !== null && { loaded }),
      ...(!own && { own: false as const }),
    }
  },
}

function check(spec: ModuleSpec, about: Parameters<NonNullable<ResourceType['check']>>[1]): readonly Diagnostic[] {
  const invalid = (summary: string) => [report('resource-invalid', { ...about.place, subject: about.subject, summary })]
  if (spec.blacklist === true && spec.boot === true)
    return invalid(`${spec.name} is blacklisted and loaded at each start`)
  return []
}

function diff(want: ModuleSpec, have: ModuleState | null): readonly FieldChange[] {
  if (want.ensure === 'absent') return [{ path: 'ensure', before: 'present', after: 'absent' }]
  if (have === null) {
    const { boot, blacklist, parameters } = filesWanted(want)
    const said = {
      ...(boot && { boot }),
      ...(blacklist && { blacklist }),
      ...(Object.keys(parameters).length > 0 && { parameters }),
    }
    return compareFields({ ...said, ...(want.loaded !== undefined && { loaded: want.loaded }) }, null, [
      'boot',
      'blacklist',
      'parameters',
      'loaded',
    ])
  }
  const names = ['boot', 'blacklist', 'parameters', ...(have.loaded === null ? [] : ['loaded']), 'own']
  return compareFields(want, have, names)
}
