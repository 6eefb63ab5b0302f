import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { FieldChange, ResourceType } from '../../model/resource.ts'
import { codes } from '../codes.ts'
import { compareFields } from '../fields.ts'
import { discover, parse, probe } from './probe.ts'
import { identify, named, pathOf, type UnitSpec, type UnitState } from './spec.ts'
import { steps } from './steps.ts'

const report = reporter(codes)

/** A unit file of systemd or a drop-in of one, below /etc/systemd/system. */
export const resource: ResourceType<UnitSpec, UnitState> = {
  name: 'unit',
  rank: 55,
  identify,
  check,
  normalise(spec) {
    const its = named(identify(spec))
    if (spec.ensure === 'absent') return { ...its, ensure: 'absent' }
    if (spec.masked === true) return { ...its, masked: true }
    const { ensure: _ensure, masked: _masked, ...rest } = spec
    return { ...rest, ...its }
  },
  probe,
  parse,
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  after({ name, dropIn, ensure }) {
    const base = name.replace(/@.*$|\.[a-z]+$/, '')
    return dropIn === undefined || ensure === 'absent' ? [] : [`unit:${name}`, `package:${base}`]
  },
  paths: (spec) => [pathOf(spec)],
  owns: 'whole',
  discover,
  restore(name, state) {
    if (state === null) return { ...named(name), ensure: 'absent' }
    return { ...named(name), ...('masked' in state ? { masked: true } : { kept: state }) }
  },
}

function check(spec: UnitSpec, about: Parameters<NonNullable<ResourceType['check']>>[1]): readonly Diagnostic[] {
  const given: string[] = (['content', 'template', 'source'] as const).filter((name) => spec[name] !== undefined)
  if (spec.masked === true) given.push('masked')
  const id = identify(spec)
  const invalid = (summary: string) => [report('resource-invalid', { ...about.place, subject: about.subject, summary })]
  if (spec.ensure === 'absent') {
    return given.length === 0 ? [] : invalid(`the unit ${id} is to be absent and has ${given.join(', ')}`)
  }
  if (spec.masked === true && spec.dropIn !== undefined) return invalid(`${id} is a drop-in, which can't be masked`)
  if (given.length === 1) return []
  const what = given.length === 0 ? 'neither content nor template nor source, and is not masked' : given.join(' and ')
  return invalid(`the unit ${id} has ${what}`)
}

function diff(want: UnitSpec, have: UnitState | null, excerpt: string | undefined): readonly FieldChange[] {
  if (want.ensure === 'absent') return [{ path: 'ensure', before: 'present', after: 'absent' }]
  const isMasked = have !== null && 'masked' in have
  if (want.masked === true) {
    return isMasked ? [] : [{ path: 'masked', ...(have !== null && { before: false }), after: true }]
  }
  const file = have !== null && 'sha256' in have ? have : null
  const after = want.kept?.sha256 ?? want.sha256
  const wanted = want.kept ?? { mode: '0644', owner: 'root', group: 'root' }
  const attributes = compareFields({ ...wanted }, file, file === null ? [] : ['mode', 'owner', 'group'])
  const unmasked: FieldChange[] = isMasked ? [{ path: 'masked', before: true, after: false }] : []
  if (after === undefined || after === file?.sha256) return [...unmasked, ...attributes]
  const before = file === null ? '' : excerpt
  const content: FieldChange = {
    path: 'content',
    ...(file !== null && { before: `sha256:${file.sha256}` }),
    after: `sha256:${after}`,
    ...(want.content !== undefined && before !== undefined && { text: { before, after: want.content } }),
  }
  return [...unmasked, content, ...attributes]
}
