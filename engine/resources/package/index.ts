import type { FieldChange, ResourceType } from '../../model/resource.ts'
import { compareFields } from '../fields.ts'
import { discover, parse, probe } from './probe.ts'
import type { PackageSpec, PackageState } from './spec.ts'
import { steps } from './steps.ts'

/** A package of the host's distribution, in one version or in any. */
export const resource: ResourceType<PackageSpec, PackageState> = {
  name: 'package',
  rank: 10,
  identify: (spec) => spec.name,
  normalise({ name, version, hold, pin, ensure }) {
    if (ensure === 'absent') return { name, ensure }
    return {
      name,
      ...(version !== undefined && { version }),
      ...(hold !== undefined && { hold }),
      ...(pin !== undefined && { pin }),
    }
  },
  probe,
  parse,
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  watch: () => databases,
  discover,
  restore(name, state) {
    if (state === null) return { name, ensure: 'absent' }
    const { version, hold = false, pin } = state
    return { name, version, hold, pin: pin ?? null }
  },
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
  '/etc/apk/world',
  '/etc/apt/preferences.d',
  '/etc/dnf/plugins/versionlock.list',
]

function diff(want: PackageSpec, have: PackageState | null): readonly FieldChange[] {
  if (want.ensure === 'absent') return [{ path: 'ensure', before: 'present', after: 'absent' }]
  if (have === null) {
    const more = compareFields(want, null, ['hold', 'pin']).filter(({ after }) => after !== false && after !== null)
    return [{ path: 'version', after: want.version ?? 'any' }, ...more]
  }
  return [
    ...(want.version !== undefined && want.version !== have.version
      ? [{ path: 'version', before: have.version, after: want.version }]
      : []),
    ...(have.status === 'installed' ? [] : [{ path: 'status', before: have.status, after: 'installed' }]),
    ...(want.hold !== undefined && want.hold !== (have.hold ?? false)
      ? [{ path: 'hold', before: have.hold ?? false, after: want.hold }]
      : []),
    ...(want.pin === null && have.pin === undefined ? [] : compareFields(want, have, ['pin'])),
  ]
}
