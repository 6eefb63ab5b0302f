import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import { lifetimeMs } from '../../model/lifetime.ts'
import type { FieldChange, ResourceType } from '../../model/resource.ts'
import { codes } from '../codes.ts'
import { compareFields } from '../fields.ts'
import { wholeSeconds } from '../time.ts'
import { discover } from './discover.ts'
import { keyLine, parseKeyLine } from './key-line.ts'
import { parse, probe, strangers } from './probe.ts'
import { bareKey, type KeySpec, type KeyState, keyOfName, nameOfKey } from './spec.ts'
import { steps } from './steps.ts'

const report = reporter(codes)

/** One key that opens an account. The other lines of the account's authorized_keys are left alone. */
export const resource: ResourceType<KeySpec, KeyState> = {
  name: 'authorizedKey',
  rank: 60,
  identify: (spec) => nameOfKey(spec.user, spec.key),
  check,
  normalise(spec) {
    const { user, ensure, options, expires, comment } = spec
    const key = bareKey(spec.key)
    if (ensure === 'absent') return { user, key, ensure }
    return {
      user,
      key,
      options: options === undefined ? [] : [...options].sort(),
      ...(comment !== undefined && { comment }),
      ...(expires !== undefined && { expires: wholeSeconds(expires) }),
    }
  },
  probe,
  parse,
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  discover,
  after: ({ user, ensure }) => (ensure === 'absent' ? [] : [`user:${user}`]),
  restore(name, state) {
    const { user, key } = keyOfName(name)
    if (state === null) return { user, key, ensure: 'absent' }
    const { options, comment, expires } = state
    return { user, key: state.key, options, comment, ...(expires !== null && { expires }) }
  },
  notices: strangers,
}

function check(spec: KeySpec, about: Parameters<NonNullable<ResourceType['check']>>[1]): readonly Diagnostic[] {
  if (spec.ensure === 'absent') return []
  const invalid = (summary: string) => [report('resource-invalid', { ...about.place, subject: about.subject, summary })]
  const lasting = spec.expires !== undefined && lifetimeMs(spec.expires) !== undefined
  if (spec.expires !== undefined && !lasting && Number.isNaN(Date.parse(spec.expires))) {
    return invalid(`the key of ${spec.user} ends at no time that can be read: ${spec.expires}`)
  }
  const { expires, ...rest } = spec
  const time = expires === undefined || lasting ? undefined : wholeSeconds(expires)
  const line = keyLine(time === expires ? spec : { ...rest, ...(time !== undefined && { expires: time }) })
  if (/\p{Cc}/u.test(line)) return invalid(`the key of ${spec.user} holds a control character`)
  // What sshd would read otherwise than we do must not be written at all.
  const read = parseKeyLine(line)
  if (read?.key === bareKey(spec.key) && read.options.join() === [...(spec.options ?? [])].sort().join()) return []
  return invalid(`the key of ${spec.user} or its options are not in the form of authorized_keys`)
}

function diff(want: KeySpec, have: KeyState | null): readonly FieldChange[] {
  const wanted = { ...want, expires: want.expires ?? null }
  const fields = compareFields(wanted, have, ['options', 'comment', 'expires'])
  if (have !== null) return fields
  const said = fields.filter((f) => f.after !== null && !(Array.isArray(f.after) && f.after.length === 0))
  return [{ path: 'key', after: want.key }, ...said]
}
