import type { ResourceType } from '../../model/resource.ts'
import { accountFiles, accountSecrets } from '../account-files.ts'
import { compareFields } from '../fields.ts'
import { checkSubject } from '../reserved.ts'
import { discover } from './discover.ts'
import { parse, probe } from './probe.ts'
import type { GroupSpec, GroupState } from './spec.ts'
import { steps } from './steps.ts'

/** A local group. Who is in it stands with the accounts. */
export const resource: ResourceType<GroupSpec, GroupState> = {
  name: 'group',
  rank: 20,
  identify: (spec) => spec.name,
  check: (spec, about) => checkSubject(spec.name, about),
  normalise(spec) {
    if (spec.ensure === 'absent') return { name: spec.name, ensure: 'absent' }
    const { ensure: _ensure, ...rest } = spec
    return rest
  },
  probe,
  parse,
  diff: (want, have) => compareFields(want, have, ['gid']),
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  discover,
  paths: () => ['/etc/group'],
  owns: 'part',
  watch: () => [...accountFiles, ...accountSecrets],
  restore: (name, state) => (state === null ? { name, ensure: 'absent' } : { name, gid: state.gid }),
}
