import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import { escapeControls } from '../../model/escape.ts'
import type { FieldChange, ProbeOutput, ResourceId, ResourceType } from '../../model/resource.ts'
import { codes as sharedCodes } from '../codes.ts'
import { checkPath } from '../host-path.ts'
import { numberedLines } from '../numbered-lines.ts'
import { codes } from './codes.ts'
import { answer, parse, probe } from './probe.ts'
import { type CommandSpec, type CommandState, noteText } from './spec.ts'
import { steps } from './steps.ts'

const report = reporter(sharedCodes)
const note = reporter(codes)

/** A command that runs where its check says that it has to. */
export const resource: ResourceType<CommandSpec, CommandState> = {
  name: 'command',
  rank: 60,
  codes,
  identify: (spec) => spec.name,
  check,
  normalise(spec) {
    if (spec.ensure === 'absent') return { name: spec.name, ensure: 'absent' }
    const { user = 'root', timeout = 300, checkAs = 'nobody' } = spec
    return { ...spec, user, timeout, ...(spec.check !== undefined && { checkAs }) }
  },
  probe,
  parse,
  runs: {
    words: ({ check, checkAs }) => (check === undefined ? undefined : { check, checkAs: checkAs ?? 'nobody' }),
    // With nothing to ask, it is one that has to run.
    without: ({ check: _check, checkAs: _checkAs, creates: _creates, ...spec }) => ({ ...spec, waits: true }),
  },
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  notices,
  after(spec) {
    const { user, checkAs, workingDirectory } = spec
    const accounts = [user, checkAs].flatMap((a): ResourceId[] =>
      a === undefined || a === 'root' ? [] : [`user:${a}`],
    )
    return [...accounts, ...(workingDirectory === undefined ? [] : [`directory:${workingDirectory}` as const])]
  },
  // That it has run can't be brought back; that it has not, by the inverse that the host keeps.
  restore: (name, state) => (state === null ? { name, ensure: 'absent' } : null),
}

function check(spec: CommandSpec, about: Parameters<NonNullable<ResourceType['check']>>[1]): readonly Diagnostic[] {
  const invalid = (summary: string) => [report('resource-invalid', { ...about.place, subject: about.subject, summary })]
  const given = [...(spec.run === undefined ? [] : ['run']), ...(spec.script === undefined ? [] : ['script'])]
  const texts = [spec.run, spec.script, spec.check, spec.inverse].flatMap((t) => t ?? [])
  return [
    ...(given.length === 1
      ? []
      : invalid(`the command ${spec.name} has ${given.join(' and ') || 'neither run nor script'}`)),
    ...(spec.check !== undefined || spec.creates !== undefined
      ? []
      : invalid(`the command ${spec.name} has neither check nor creates: nobody could say whether it has to run`)),
    ...(texts.some((t) => t.includes('\0')) ? invalid(`the command ${spec.name} holds a NUL`) : []),
    ...(spec.creates === undefined ? [] : checkPath(spec.creates, about)),
    ...(spec.workingDirectory === undefined ? [] : checkPath(spec.workingDirectory, about)),
  ]
}

function diff(want: CommandSpec, have: CommandState | null): readonly FieldChange[] {
  if (have === null) {
    const line = want.run?.join(' ') ?? want.script ?? ''
    return [{ path: 'run', before: 'its check fails', after: line }]
  }
  const inverse = noteText(want)
  return have.kept === null || have.kept === inverse ? [] : [{ path: 'inverse', before: have.kept, after: inverse }]
}

function notices(specs: readonly CommandSpec[], output: ProbeOutput, host: string): readonly Diagnostic[] {
  const lines = numberedLines(output.stdout)
  return specs.flatMap((spec, i) => {
    if (spec.waits === true) {
      return [note('command-check-waits', { summary: `the check of ${spec.name} is run once it is approved`, host })]
    }
    const said = spec.check === undefined ? undefined : answer(lines, i)
    if (said === undefined || said.code === 0 || said.text === '') return []
    const summary = `the check of ${spec.name} ended with ${said.code}: ${escapeControls(said.text)}`
    return [note('command-check', { summary, host })]
  })
}
