import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { FieldChange, ResourceType } from '../../model/resource.ts'
import { beforeFile } from '../before-file.ts'
import { codes } from '../codes.ts'
import { checkPath } from '../host-path.ts'
import { parse, probe } from './probe.ts'
import { firstWord, identify, type LineSpec, type LineState, named } from './spec.ts'
import { steps } from './steps.ts'

const report = reporter(codes)

/** One line of a file that somebody else owns. */
export const resource: ResourceType<LineSpec, LineState> = {
  name: 'line',
  rank: 56,
  identify,
  check,
  normalise(spec) {
    if (spec.ensure !== 'absent') {
      const { ensure: _ensure, ...rest } = spec
      return rest
    }
    const { path, key, line, validate } = spec
    const which = key === undefined ? { line: line ?? '' } : { key }
    return { path, ...which, ...(validate !== undefined && { validate }), ensure: 'absent' }
  },
  probe,
  parse,
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  after: ({ path }) => beforeFile({ path }),
  paths: ({ path }) => [path],
  owns: 'part',
  restore: (name, state) => (state === null ? { ...named(name), ensure: 'absent' } : { ...named(name), ...state }),
}

function check(spec: LineSpec, about: Parameters<NonNullable<ResourceType['check']>>[1]): readonly Diagnostic[] {
  const { path, key, line, ensure, position, after, before } = spec
  const invalid = (summary: string) => report('resource-invalid', { ...about.place, subject: about.subject, summary })
  const places = [position, after, before].filter((x) => x !== undefined).length
  const control = [line, after, before].some((text) => text !== undefined && /[^\P{Cc}\t]/u.test(text))
  return [
    ...checkPath(path, about),
    ...(line === undefined && (ensure !== 'absent' || key === undefined)
      ? [invalid(`the line of ${path} is not said`)]
      : []),
    ...(key !== undefined && line !== undefined && firstWord(line) !== key
      ? [invalid(`the line of ${path} does not begin with its key ${key}`)]
      : []),
    ...(control ? [invalid(`the line of ${path} has control characters; a block has several lines`)] : []),
    ...(places > 1 ? [invalid(`the line of ${path} has more than one place`)] : []),
  ]
}

function diff(want: LineSpec, have: LineState | null): readonly FieldChange[] {
  if (want.ensure === 'absent') return [{ path: 'ensure', before: 'present', after: 'absent' }]
  const { line = '' } = want
  if (have?.line === line) return []
  return [{ path: 'line', ...(have !== null && { before: have.line }), after: line }]
}
