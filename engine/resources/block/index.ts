import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { FieldChange, ResourceType } from '../../model/resource.ts'
import { beforeFile } from '../before-file.ts'
import { codes } from '../codes.ts'
import { compareFields } from '../fields.ts'
import { checkPath } from '../host-path.ts'
import { parse, probe } from './probe.ts'
import { type BlockSpec, type BlockState, contentDigest, identify, named } from './spec.ts'
import { steps } from './steps.ts'

const report = reporter(codes)

/** Lines between two markers, in a file that somebody else owns. */
export const resource: ResourceType<BlockSpec, BlockState> = {
  name: 'block',
  rank: 57,
  identify,
  check,
  normalise(spec) {
    const { path, name, validate } = spec
    if (spec.ensure === 'absent') return { path, name, ...(validate !== undefined && { validate }), ensure: 'absent' }
    const { ensure: _ensure, ...rest } = spec
    return { ...rest, comment: spec.comment ?? '#' }
  },
  probe,
  parse,
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  after: ({ path }) => beforeFile({ path }),
  paths: ({ path }) => [path],
  owns: 'part',
  restore(id, state) {
    if (state === null) return { ...named(id), ensure: 'absent' }
    return { ...named(id), preimage: state.sha256, comment: state.comment as NonNullable<BlockSpec['comment']> }
  },
}

function check(spec: BlockSpec, about: Parameters<NonNullable<ResourceType['check']>>[1]): readonly Diagnostic[] {
  const { path, name, content, position, after, before } = spec
  const invalid = (summary: string) => report('resource-invalid', { ...about.place, subject: about.subject, summary })
  const given = (['content', 'template', 'source'] as const).filter((field) => spec[field] !== undefined)
  const places = [position, after, before].filter((x) => x !== undefined).length
  const markers = content !== undefined && /^\S{1,2} (BEGIN|END) plumbline /m.test(content)
  const said = given.length === 0 ? 'neither content nor template nor source' : given.join(' and ')
  const absent = spec.ensure === 'absent'
  return [
    ...checkPath(path, about),
    ...(absent && given.length > 0 ? [invalid(`the block ${name} of ${path} is to be absent and has ${said}`)] : []),
    ...(!absent && given.length !== 1 ? [invalid(`the block ${name} of ${path} has ${said}`)] : []),
    ...(places > 1 ? [invalid(`the block ${name} of ${path} has more than one place`)] : []),
    ...(markers ? [invalid(`the block ${name} of ${path} has markers of a block in it`)] : []),
    ...(content?.includes('\r')
      ? [invalid(`the block ${name} of ${path} has line ends of its own; the file's are used`)]
      : []),
  ]
}

function diff(want: BlockSpec, have: BlockState | null, excerpt: string | undefined): readonly FieldChange[] {
  if (want.ensure === 'absent') return [{ path: 'ensure', before: 'present', after: 'absent' }]
  const comment = have === null ? [] : compareFields({ comment: want.comment ?? '#' }, have, ['comment'])
  const after = contentDigest(want)
  if (after === undefined || after === have?.sha256) return comment
  const before = have === null ? '' : excerpt
  const content: FieldChange = {
    path: 'content',
    ...(have !== null && { before: `sha256:${have.sha256}` }),
    after: `sha256:${after}`,
    ...(want.content !== undefined && before !== undefined && { text: { before, after: want.content } }),
  }
  return [content, ...comment]
}
