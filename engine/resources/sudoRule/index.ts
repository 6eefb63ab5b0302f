import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import { lifetimeMs } from '../../model/lifetime.ts'
import type { FieldChange, ResourceId, ResourceType } from '../../model/resource.ts'
import { accountFiles } from '../account-files.ts'
import { codes } from '../codes.ts'
import { asSet, compareFields } from '../fields.ts'
import { checkSubject } from '../reserved.ts'
import { wholeSeconds } from '../time.ts'
import { discover } from './discover.ts'
import { parse, probe } from './probe.ts'
import { pathOf, type SudoSpec, type SudoState } from './spec.ts'
import { ruleOf, steps } from './steps.ts'

const report = reporter(codes)

/** One rule of sudo, in a file of its own. */
export const resource: ResourceType<SudoSpec, SudoState> = {
  name: 'sudoRule',
  rank: 65,
  identify: (spec) => spec.name,
  check,
  normalise(spec) {
    if (spec.ensure === 'absent') return { name: spec.name, subjects: [], commands: [], ensure: 'absent' }
    if (spec.preimage !== undefined) return { name: spec.name, subjects: [], commands: [], preimage: spec.preimage }
    const { name, subjects, commands, runAs = 'root', password = false, expires } = spec
    return {
      name,
      subjects: asSet(subjects),
      commands: asSet(commands),
      runAs,
      password,
      ...(expires !== undefined && { expires: wholeSeconds(expires) }),
    }
  },
  probe,
  parse,
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  discover,
  after: ({ subjects, ensure }): readonly ResourceId[] => [
    'package:sudo',
    ...(ensure === 'absent'
      ? []
      : subjects.map((s): ResourceId => (s.startsWith('%') ? `group:${s.slice(1)}` : `user:${s}`))),
  ],
  paths: (spec) => [pathOf(spec.name)],
  owns: 'whole',
  watch: (specs) => [...specs.map((spec) => pathOf(spec.name)), ...accountFiles],
  restore(name, state) {
    if (state === null) return { name, subjects: [], commands: [], ensure: 'absent' }
    if (state.rule === null) return { name, subjects: [], commands: [], preimage: state.sha256 }
    const { expires, ...rule } = state.rule
    return { name, ...rule, ...(expires !== null && { expires }) }
  },
}

/** Unescaped, these end a command or make sudoers read something else. */
const unescaped = /(^|[^\\])(\\\\)*[,:=]/

function check(spec: SudoSpec, about: Parameters<NonNullable<ResourceType['check']>>[1]): readonly Diagnostic[] {
  if (spec.ensure === 'absent') return []
  const at = () => ({ ...about.place, subject: about.subject })
  const commands = spec.commands.filter(
    (c) => c !== 'ALL' && (!/^\/\S/.test(c) || unescaped.test(c) || /[\p{Cc}#]|\\$|\s$/u.test(c)),
  )
  return [
    ...spec.subjects.flatMap((subject) => checkSubject(subject.replace(/^%/, ''), about)),
    ...commands.map((c) =>
      report('sudo-command', { ...at(), summary: `${JSON.stringify(c)} is not one command as sudoers takes it` }),
    ),
    ...(spec.expires !== undefined && lifetimeMs(spec.expires) === undefined && Number.isNaN(Date.parse(spec.expires))
      ? [report('resource-invalid', { ...at(), summary: `the rule ${spec.name} ends at no time that can be read` })]
      : []),
  ]
}

function diff(want: SudoSpec, have: SudoState | null): readonly FieldChange[] {
  if (want.ensure === 'absent') return [{ path: 'ensure', before: 'present', after: 'absent' }]
  return [
    ...contentChange(want, have),
    ...compareFields({ mode: '0440', owner: 'root', group: 'root' }, have, attributes(have)),
  ]
}

/** Of a rule that is not there yet only what it allows is worth saying. */
const attributes = (have: SudoState | null): string[] => (have === null ? [] : ['mode', 'owner', 'group'])

function contentChange(want: SudoSpec, have: SudoState | null): readonly FieldChange[] {
  if (want.preimage !== undefined) {
    if (have?.sha256 === want.preimage) return []
    const before = have === null ? {} : { before: `sha256:${have.sha256}` }
    return [{ path: 'content', ...before, after: `sha256:${want.preimage}` }]
  }
  const rule = ruleOf(want)
  if (have !== null && have.rule === null) {
    return [{ path: 'content', before: `sha256:${have.sha256}`, after: 'the rule as declared' }]
  }
  const fields = compareFields(rule, have?.rule ?? null, ['subjects', 'commands', 'runAs', 'password', 'expires'])
  return have === null ? fields.filter((f) => f.after !== null) : fields
}
