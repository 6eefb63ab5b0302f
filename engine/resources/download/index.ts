import type { Diagnostic } from '../../model/diagnostic.ts'
import { reporter } from '../../model/diagnostic.ts'
import type { FieldChange, ResourceId, ResourceType } from '../../model/resource.ts'
import { beforeFile } from '../before-file.ts'
import { codes } from '../codes.ts'
import { checkUrl, digestIn, fetchDefaults } from '../fetch.ts'
import { compareFields } from '../fields.ts'
import { checkPath, fourDigits } from '../host-path.ts'
import { parse, probe } from './probe.ts'
import type { DownloadSpec, DownloadState } from './spec.ts'
import { steps } from './steps.ts'

const report = reporter(codes)

/** A file that the host fetches by itself, with the checksum it must have. */
export const resource: ResourceType<DownloadSpec, DownloadState> = {
  name: 'download',
  rank: 45,
  identify: (spec) => spec.path,
  check,
  normalise(spec) {
    if (spec.ensure === 'absent') return { path: spec.path, ensure: 'absent' }
    const { ensure: _ensure, ...rest } = spec
    return {
      ...(spec.preimage === undefined && fetchDefaults),
      ...rest,
      mode: fourDigits(spec.mode ?? '0644'),
      owner: spec.owner ?? 'root',
      group: spec.group ?? 'root',
    }
  },
  probe,
  parse,
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  after: (spec) => [...beforeFile(spec), ...fetchers],
  paths: (spec) => [spec.path],
  owns: 'whole',
  restore(name, state) {
    if (state === null) return { path: name, ensure: 'absent' }
    const { sha256, mode, owner, group } = state
    return { path: name, preimage: sha256, mode, owner, group }
  },
}

const fetchers: readonly ResourceId[] = ['package:curl', 'package:wget', 'package:ca-certificates']

function check(spec: DownloadSpec, about: Parameters<NonNullable<ResourceType['check']>>[1]): readonly Diagnostic[] {
  const path = checkPath(spec.path, about)
  if (spec.ensure === 'absent') return path
  const bad = spec.header !== undefined && /\p{Cc}/u.test(spec.header)
  const summary = `the header for ${spec.path} holds a control character`
  return [
    ...path,
    ...checkUrl(spec.url ?? '', about),
    ...(bad ? [report('resource-invalid', { ...about.place, subject: about.subject, summary })] : []),
  ]
}

function diff(want: DownloadSpec, have: DownloadState | null): readonly FieldChange[] {
  const after = want.preimage ?? (want.checksum === undefined ? undefined : digestIn(want.checksum))
  const content = compareFields(
    after === undefined ? {} : { checksum: `sha256:${after}` },
    have === null ? null : { checksum: `sha256:${have.sha256}` },
    ['checksum'],
  )
  return [...content, ...compareFields(want, have, ['mode', 'owner', 'group'])]
}
