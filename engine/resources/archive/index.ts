import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { FieldChange, ResourceId, ResourceType } from '../../model/resource.ts'
import { beforeFile } from '../before-file.ts'
import { codes } from '../codes.ts'
import { checkUrl, fetchDefaults } from '../fetch.ts'
import { compareFields } from '../fields.ts'
import { checkPath } from '../host-path.ts'
import { parse, probe } from './probe.ts'
import { type ArchiveSpec, type ArchiveState, formatOf } from './spec.ts'
import { steps } from './steps.ts'

const report = reporter(codes)

/** A folder that is an unpacked archive. */
export const resource: ResourceType<ArchiveSpec, ArchiveState> = {
  name: 'archive',
  rank: 46,
  identify: (spec) => spec.path,
  check,
  normalise(spec) {
    if (spec.ensure === 'absent') return { path: spec.path, ensure: 'absent' }
    const { ensure: _ensure, ...rest } = spec
    const { owner = 'root', group = 'root', strip = 0, mutable = false } = spec
    return { ...(spec.kept === undefined && fetchDefaults), ...rest, owner, group, strip, mutable }
  },
  probe,
  parse,
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  after: (spec) => [...beforeFile(spec), ...unpackers],
  restore(name, state) {
    if (state === null) return { path: name, ensure: 'absent' }
    const { checksum, owner, group, strip } = state
    return { path: name, kept: checksum, owner, group, strip, mutable: true }
  },
}

const unpackers: readonly ResourceId[] = [
  'curl',
  'wget',
  'ca-certificates',
  'tar',
  'gzip',
  'bzip2',
  'xz-utils',
  'zstd',
  'unzip',
].map((name) => `package:${name}` as const)

function check(spec: ArchiveSpec, about: Parameters<NonNullable<ResourceType['check']>>[1]): readonly Diagnostic[] {
  const path = checkPath(spec.path, about)
  if (spec.ensure === 'absent') return path
  const invalid = (summary: string) => [report('resource-invalid', { ...about.place, subject: about.subject, summary })]
  const { url = '', format, header = '' } = spec
  return [
    ...path,
    ...checkUrl(url, about),
    ...((format ?? formatOf(url)) === undefined
      ? invalid(`the format of ${spec.path} can't be told from its URL: say format`)
      : []),
    ...(/\p{Cc}/u.test(header) ? invalid(`the header for ${spec.path} holds a control character`) : []),
  ]
}

function diff(want: ArchiveSpec, have: ArchiveState | null): readonly FieldChange[] {
  const checksum = want.kept ?? want.checksum
  const fields = compareFields({ ...want, ...(checksum !== undefined && { checksum }) }, have, [
    'checksum',
    'owner',
    'group',
    'strip',
  ])
  const changed = have?.intact === false && want.mutable !== true
  return changed ? [...fields, { path: 'files', before: 'changed on the host', after: 'as in the archive' }] : fields
}
