import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { FieldChange, ResourceType } from '../../model/resource.ts'
import { beforeFile } from '../before-file.ts'
import { codes } from '../codes.ts'
import { compareFields } from '../fields.ts'
import { checkPath } from '../host-path.ts'
import { discover } from './discover.ts'
import { parse, probe } from './probe.ts'
import { entryOf, flagsOf, type MountSpec, type MountState, plainOptions } from './spec.ts'
import { steps } from './steps.ts'

const report = reporter(codes)

/** A file system in /etc/fstab, and mounted now. */
export const resource: ResourceType<MountSpec, MountState> = {
  name: 'mount',
  rank: 45,
  identify: (spec) => spec.path,
  check,
  normalise(spec) {
    const { path, ensure, mounted, asItWas } = spec
    if (ensure === 'absent') return { path, ensure }
    const { options, ...entry } = entryOf(spec)
    return {
      path,
      ...entry,
      options,
      mounted: mounted ?? !options.includes('noauto'),
      ...(asItWas === true && { asItWas }),
    }
  },
  probe,
  parse,
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  after({ path, device = '', options = [] }) {
    const own = [...beforeFile({ path }), `directory:${path}` as const]
    const bound = options.some((o) => o === 'bind' || o === 'rbind') ? [`directory:${device}` as const] : []
    const above = path
      .split('/')
      .slice(1, -1)
      .map((_, i, all) => `mount:/${all.slice(0, i + 1).join('/')}` as const)
    return [...own, ...bound, ...above]
  },
  paths: () => ['/etc/fstab'],
  owns: 'part',
  discover,
  restore(path, state) {
    if (state === null) return { path, ensure: 'absent' }
    const { entry, mounted } = state
    // What is mounted without a line of fstab was mounted by somebody's hand, and can't be said.
    return entry === null ? null : { path, ...entry, mounted: mounted ?? true, asItWas: true }
  },
}

function check(spec: MountSpec, about: Parameters<NonNullable<ResourceType['check']>>[1]): readonly Diagnostic[] {
  const { path, device = '', type = '', options = [] } = spec
  const invalid = (summary: string) => report('resource-invalid', { ...about.place, subject: about.subject, summary })
  const control = [path, device, type, ...options].some((text) => /[\p{Cc}\u2028\u2029]/u.test(text))
  return [
    ...checkPath(path, about),
    ...(control ? [invalid(`the mount ${path} has control characters`)] : []),
    ...(options.some((o) => o.includes(',')) ? [invalid(`an option of the mount ${path} has a comma`)] : []),
    ...(/^(\/(proc|sys|dev|run|etc|usr|boot))$/.test(path) ? [invalid(`${path} belongs to the system itself`)] : []),
    ...(type === 'swap' ? [invalid(`${path} is to be a swap, which is no mount`)] : []),
  ]
}

function diff(want: MountSpec, have: MountState | null): readonly FieldChange[] {
  if (want.ensure === 'absent') return [{ path: 'ensure', before: 'present', after: 'absent' }]
  const { mounted = true } = want
  const entry = entryOf(want)
  const isMounted = have === null ? false : have.mounted
  const said = Object.entries(entry).flatMap(([name, value]) =>
    have?.entry || !(value === 0 || (Array.isArray(value) && value.length === 0)) ? [name] : [],
  )
  return [
    ...compareFields(entry, have?.entry ?? null, said),
    ...(isMounted === null || isMounted === mounted
      ? []
      : [{ path: 'mounted', ...(have !== null && { before: isMounted }), after: mounted }]),
    ...liveChange(entry.type, want, have),
  ]
}

/** What is mounted otherwise than fstab says: somebody did it by hand, or nobody mounted it again since. */
function liveChange(type: string, want: MountSpec, have: MountState | null): FieldChange[] {
  const live = have?.live ?? null
  if (live === null || want.mounted === false || want.asItWas === true) return []
  const bind = plainOptions(want.options ?? []).some((o) => o === 'bind' || o === 'rbind')
  const flags = flagsOf(want.options ?? [])
  const lacks = flags.some((flag) => !live.flags.includes(flag)) || live.flags.includes('ro') !== flags.includes('ro')
  return [
    ...(bind || type === 'auto' || type === live.type ? [] : [{ path: 'mountedType', before: live.type, after: type }]),
    ...(lacks ? [{ path: 'mountedFlags', before: live.flags, after: flags }] : []),
  ]
}
