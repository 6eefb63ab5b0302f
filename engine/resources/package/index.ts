import type { FieldChange, ResourceType } from '../../model/resource.ts'
import { parse, probe } from './probe.ts'
import type { PackageSpec, PackageState } from './spec.ts'
import { steps } from './steps.ts'

/** A package of the host's distribution, in one version or in any. */
export const resource: ResourceType<PackageSpec, PackageState> = {
  name: 'package',
  rank: 10,
  identify: (spec) => spec.name,
  normalise({ name, version, ensure }) {
    if (ensure === 'absent') return { name, ensure }
    return { name, ...(version !== undefined && { version }) }
  },
  probe,
  parse,
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  watch: () => databases,
  restore: (name, state) => (state === null ? { name, ensure: 'absent' } : { name, version: state.version }),
}

/** What the package managers keep their lists in. */
const databases = [
  '/var/lib/dpkg',
  '/var/lib/dpkg/status',
  '/var/lib/rpm',
  '/var/lib/rpm/rpmdb.sqlite',
  '/usr/lib/sysimage/rpm',
  '/usr/lib/sysimage/rpm/rpmdb.sqlite',
  '/lib/apk/db/installed',
]

function diff(want: PackageSpec, have: PackageState | null): readonly FieldChange[] {
  if (want.ensure === 'absent') return [{ path: 'ensure', before: 'present', after: 'absent' }]
  if (have === null) return [{ path: 'version', after: want.version ?? 'any' }]
  return [
    ...(want.version !== undefined && want.version !== have.version
      ? [{ path: 'version', before: have.version, after: want.version }]
      : []),
    ...(have.status === 'installed' ? [] : [{ path: 'status', before: have.status, after: 'installed' }]),
  ]
}
