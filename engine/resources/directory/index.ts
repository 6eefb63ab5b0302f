import type { ResourceType } from '../../model/resource.ts'
import { accountFiles } from '../account-files.ts'
import { beforeFile } from '../before-file.ts'
import { compareFields } from '../fields.ts'
import { checkPath, fourDigits } from '../host-path.ts'
import { discover } from './discover.ts'
import { parse, probe } from './probe.ts'
import type { DirectorySpec, DirectoryState } from './spec.ts'
import { steps } from './steps.ts'

/** A folder: itself, not what is in it. */
export const resource: ResourceType<DirectorySpec, DirectoryState> = {
  name: 'directory',
  rank: 40,
  identify: (spec) => spec.path,
  check: (spec, about) => checkPath(spec.path, about),
  normalise(spec) {
    if (spec.ensure === 'absent') return { path: spec.path, ensure: 'absent' }
    const { path, mode = '0755', owner = 'root', group = 'root' } = spec
    return { path, mode: fourDigits(mode), owner, group }
  },
  probe,
  parse,
  diff: (want, have) => compareFields(want, have, ['mode', 'owner', 'group']),
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  discover,
  after: beforeFile,
  paths: (spec) => [spec.path],
  owns: 'whole',
  watch: (specs) => [...specs.map((spec) => spec.path), ...accountFiles],
  restore: (name, state) => (state === null ? { path: name, ensure: 'absent' } : { path: name, ...state }),
}
