import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import { lifetimeMs } from '../../model/lifetime.ts'
import type { FieldChange, ResourceId, ResourceType } from '../../model/resource.ts'
import { accountFiles, accountSecrets } from '../account-files.ts'
import { codes } from '../codes.ts'
import { dayNumber } from '../days.ts'
import { asSet, compareFields } from '../fields.ts'
import { checkSubject } from '../reserved.ts'
import { discover } from './discover.ts'
import { parse, probe } from './probe.ts'
import type { UserSpec, UserState } from './spec.ts'
import { steps } from './steps.ts'

const report = reporter(codes)

/** A local account. Fields that are left out are not touched, except that it is open unless it shall be locked. */
export const resource: ResourceType<UserSpec, UserState> = {
  name: 'user',
  rank: 30,
  identify: (spec) => spec.login,
  check,
  normalise(spec) {
    const { login, removal = 'lock', ensure, groups, locked = false, ...rest } = spec
    if (ensure === 'absent') return { login, ensure, removal }
    const sets = groups === undefined ? {} : { groups: asSet(groups) }
    if (!locked) return { login, ...rest, ...sets, locked }
    const { expires: _expires, ...kept } = rest
    return { login, ...kept, ...sets, locked }
  },
  probe,
  parse,
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  discover,
  after({ group, groups = [], ensure }): readonly ResourceId[] {
    if (ensure === 'absent') return []
    return [...(group === undefined ? [] : [group]), ...groups].map((name): ResourceId => `group:${name}`)
  },
  paths: () => ['/etc/passwd', '/etc/group', '/etc/shadow'],
  owns: 'part',
  watch: () => [...accountFiles, ...accountSecrets],
  restore(name, state) {
    if (state === null) return { login: name, ensure: 'absent', removal: 'lock' }
    const { uid, group, groups, shell, home, comment, expires, locked } = state
    return { login: name, uid, group, groups, shell, home, comment, locked, ...(locked ? {} : { expires }) }
  },
}

function check(spec: UserSpec, about: Parameters<NonNullable<ResourceType['check']>>[1]): readonly Diagnostic[] {
  const found = [...checkSubject(spec.login, about)]
  const invalid = (summary: string) =>
    found.push(report('resource-invalid', { ...about.place, subject: about.subject, summary }))
  if (spec.comment !== undefined && /[:,\p{Cc}]/u.test(spec.comment)) {
    invalid(`the comment of ${spec.login} has a colon, a comma or a control character`)
  }
  const ends = spec.expires !== undefined && spec.expires !== 'never' && lifetimeMs(spec.expires) === undefined
  if (ends && !(dayNumber(spec.expires) > 1)) {
    invalid(`${spec.login} expires on a day that no calendar has or that is long past; lock it instead`)
  }
  if (spec.removal !== undefined && spec.ensure !== 'absent') invalid(`${spec.login} has removal, but is not absent`)
  return found
}

const compared = ['uid', 'group', 'groups', 'shell', 'home', 'comment', 'expires', 'locked']

function diff(want: UserSpec, have: UserState | null): readonly FieldChange[] {
  if (want.ensure === 'absent') return [{ path: 'ensure', before: 'present', after: 'absent' }]
  // An account that is locked says 1970 for its end, which is not what anybody asked for.
  const fields = compareFields(want, have, compared)
  return have === null ? fields.filter((f) => f.path !== 'locked' || f.after === true) : fields
}
