import type { Diagnostic } from '../../model/diagnostic.ts'
import { reporter } from '../../model/diagnostic.ts'
import type { FieldChange, ResourceType } from '../../model/resource.ts'
import { holdsSecret } from '../../model/secret-ref.ts'
import { accountFiles } from '../account-files.ts'
import { beforeFile } from '../before-file.ts'
import { codes } from '../codes.ts'
import { compareFields } from '../fields.ts'
import { checkPath, fourDigits } from '../host-path.ts'
import { discover } from './discover.ts'
import { parse, probe } from './probe.ts'
import { contentDigest, type FileSpec, type FileState } from './spec.ts'
import { steps } from './steps.ts'

const report = reporter(codes)

/** A file with its whole content. */
export const resource: ResourceType<FileSpec, FileState> = {
  name: 'file',
  rank: 50,
  identify: (spec) => spec.path,
  check,
  normalise(spec) {
    if (spec.ensure === 'absent') return { path: spec.path, ensure: 'absent' }
    const { ensure: _ensure, ...rest } = spec
    return {
      ...rest,
      // What holds a secret is for its owner, where nothing else is said.
      mode: fourDigits(spec.mode ?? (holdsSecret(spec.content) ? '0600' : '0644')),
      owner: spec.owner ?? 'root',
      group: spec.group ?? 'root',
    }
  },
  probe,
  parse,
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  after: beforeFile,
  paths: (spec) => [spec.path],
  owns: 'whole',
  discover,
  watch: (specs) => [...specs.map((spec) => spec.path), ...accountFiles],
  restore(name, state) {
    if (state === null) return { path: name, ensure: 'absent' }
    const { sha256, mode, owner, group } = state
    return { path: name, preimage: sha256, mode, owner, group }
  },
}

function check(spec: FileSpec, about: Parameters<NonNullable<ResourceType['check']>>[1]): readonly Diagnostic[] {
  const given = (['content', 'template', 'source'] as const).filter((name) => spec[name] !== undefined)
  const path = checkPath(spec.path, about)
  const invalid = (summary: string) => report('resource-invalid', { ...about.place, subject: about.subject, summary })
  if (spec.ensure === 'absent') {
    return given.length === 0
      ? path
      : [...path, invalid(`file ${spec.path} is to be absent and has ${given.join(', ')}`)]
  }
  if (given.length === 1) return path
  const what = given.length === 0 ? 'neither content nor template nor source' : given.join(' and ')
  return [...path, invalid(`file ${spec.path} has ${what}`)]
}

function diff(want: FileSpec, have: FileState | null, excerpt: string | undefined): readonly FieldChange[] {
  return [...contentChange(want, have, excerpt), ...compareFields(want, have, ['mode', 'owner', 'group'])]
}

function contentChange(want: FileSpec, have: FileState | null, excerpt: string | undefined): FieldChange[] {
  const after = contentDigest(want)
  if (after === undefined || after === have?.sha256) return []
  if (want.sensitive === true) return [{ path: 'content', sensitive: true }]
  const before = have === null ? '' : excerpt
  return [
    {
      path: 'content',
      ...(have !== null && { before: `sha256:${have.sha256}` }),
      after: `sha256:${after}`,
      ...(want.content !== undefined && before !== undefined && { text: { before, after: want.content } }),
    },
  ]
}
