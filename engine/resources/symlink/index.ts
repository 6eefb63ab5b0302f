import { reporter } from '../../model/diagnostic.ts'
import type { FieldChange, ResourceId, ResourceType } from '../../model/resource.ts'
import { accountFiles } from '../account-files.ts'
import { beforeFile } from '../before-file.ts'
import { codes } from '../codes.ts'
import { compareFields } from '../fields.ts'
import { checkPath } from '../host-path.ts'
import { discover } from './discover.ts'
import { parse, probe } from './probe.ts'
import type { SymlinkSpec, SymlinkState } from './spec.ts'
import { steps } from './steps.ts'

const report = reporter(codes)

/** A symbolic link: itself, never what it leads to. */
export const resource: ResourceType<SymlinkSpec, SymlinkState> = {
  name: 'symlink',
  rank: 55,
  identify: (spec) => spec.path,
  check(spec, about) {
    const found = checkPath(spec.path, about)
    if (spec.target === undefined || !/\p{Cc}/u.test(spec.target)) return found
    const summary = `${spec.path} leads to a name with a control character`
    return [...found, report('unsafe-path', { ...about.place, subject: about.subject, summary })]
  },
  normalise({ path, target = '', owner, ensure }) {
    if (ensure === 'absent') return { path, ensure }
    return { path, target, ...(owner !== undefined && { owner }) }
  },
  probe,
  parse,
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  discover,
  after({ path, target = '', owner, ensure }): readonly ResourceId[] {
    if (ensure === 'absent') return beforeFile({ path })
    const end = absolute(path, target)
    return [...beforeFile({ path, ...(owner !== undefined && { owner }) }), `file:${end}`, `directory:${end}`]
  },
  paths: (spec) => [spec.path],
  owns: 'whole',
  watch: (specs) => [...specs.map((spec) => spec.path), ...accountFiles],
  restore: (name, state) => (state === null ? { path: name, ensure: 'absent' } : { path: name, ...state }),
}

function diff(want: SymlinkSpec, have: SymlinkState | null): readonly FieldChange[] {
  if (want.ensure === 'absent') return [{ path: 'ensure', before: 'present', after: 'absent' }]
  return compareFields(want, have, ['target', 'owner'])
}

/** Where a link leads, as far as its own text says. */
function absolute(path: string, target: string): string {
  const parts: string[] = []
  for (const part of `${target.startsWith('/') ? '' : path.slice(0, path.lastIndexOf('/'))}/${target}`.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}
