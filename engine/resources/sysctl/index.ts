import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { FieldChange, ResourceType } from '../../model/resource.ts'
import { codes } from '../codes.ts'
import { compareFields } from '../fields.ts'
import { discover } from './discover.ts'
import { parse, probe } from './probe.ts'
import { fileOf, plainKey, plainValue, type SysctlSpec, type SysctlState } from './spec.ts'
import { steps } from './steps.ts'

const report = reporter(codes)

/** A parameter of the kernel: its value now, and a file that sets it when the host starts. */
export const resource: ResourceType<SysctlSpec, SysctlState> = {
  name: 'sysctl',
  rank: 16,
  identify: (spec) => plainKey(spec.key),
  check,
  normalise({ key, value = '', ensure, file }) {
    if (ensure === 'absent') return { key: plainKey(key), ensure }
    return { key: plainKey(key), value: plainValue(String(value)), ...(file !== undefined && { file }) }
  },
  probe,
  parse,
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  discover,
  paths: (spec) => [fileOf(plainKey(spec.key))],
  restore(name, state) {
    if (state === null) return { key: name, ensure: 'absent' }
    // Two values that differ are not one document.
    if (state.persisted === null || (state.live !== null && state.live !== state.persisted)) return null
    return { key: name, value: state.persisted, ...(state.file !== null && { file: state.file }) }
  },
}

function check({ key, value }: SysctlSpec, about: Parameters<NonNullable<ResourceType['check']>>[1]) {
  const fine = !/\p{Cc}/u.test(String(value ?? '').replaceAll('\t', ' '))
  const found: Diagnostic[] = []
  if (fine) return found
  const summary = `the value of ${key} holds a control character`
  return [report('resource-invalid', { ...about.place, subject: about.subject, summary })]
}

/** It is compared twice: what the kernel does now, and what it will do when the host starts. */
function diff(want: SysctlSpec, have: SysctlState | null): readonly FieldChange[] {
  if (want.ensure === 'absent') return [{ path: 'ensure', before: 'present', after: 'absent' }]
  const value = String(want.value)
  if (have === null) return [{ path: 'value', after: value }]
  const wanted = {
    persisted: value,
    ...(have.live !== null && { live: value }),
    ...(want.file !== undefined && { file: want.file }),
  }
  return compareFields(wanted, have, ['live', 'persisted', 'file'])
}
