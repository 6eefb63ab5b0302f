import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { FieldChange, ResourceId, ResourceType } from '../../model/resource.ts'
import { codes } from '../codes.ts'
import { compareFields } from '../fields.ts'
import { discover } from './discover.ts'
import { parse, probe } from './probe.ts'
import { servicePath, serviceSays, type TimerSpec, type TimerState, timerPath, timerSays } from './spec.ts'
import { steps } from './steps.ts'

const report = reporter(codes)

/** A timer of systemd, with the command that it starts. */
export const resource: ResourceType<TimerSpec, TimerState> = {
  name: 'timer',
  rank: 66,
  identify: (spec) => spec.name,
  check,
  normalise(spec) {
    const { name, ensure, enabled = true, running = true, kept } = spec
    if (ensure === 'absent') return { name, ensure }
    if (kept !== undefined) return { name, enabled, running, kept }
    const { ensure: _ensure, ...rest } = spec
    const whole = spec.command === undefined ? rest : { ...rest, user: spec.user ?? 'root' }
    return { ...whole, persistent: spec.persistent ?? false, enabled, running }
  },
  probe,
  parse,
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  after: ({ unit, command, user = 'root', ensure }) => {
    if (ensure === 'absent') return []
    const started: ResourceId[] = unit === undefined ? [] : [`unit:${unit}`]
    return command === undefined ? started : [...started, `user:${user}`]
  },
  paths: ({ name, command }) => (command === undefined ? [timerPath(name)] : [timerPath(name), servicePath(name)]),
  owns: 'whole',
  discover,
  restore(name, state) {
    if (state === null) return { name, ensure: 'absent' }
    const { timer, service, unitFile, running } = state
    const enabled = { enabled: unitFile.startsWith('enabled'), ...(running !== null && { running }) }
    return { name, ...enabled, kept: { timer: bytesOf(timer), service: bytesOf(service) } }
  },
}

function bytesOf(file: TimerState['timer'] | TimerState['service']) {
  if (file === null) return null
  const { says: _says, ...bytes } = file
  return bytes
}

function check(spec: TimerSpec, about: Parameters<NonNullable<ResourceType['check']>>[1]): readonly Diagnostic[] {
  if (spec.ensure === 'absent') return []
  const { name, command, unit, user, onCalendar = [], onBootSec, onUnitActiveSec } = spec
  const invalid = (summary: string) => report('resource-invalid', { ...about.place, subject: about.subject, summary })
  const starts = [command, unit].filter((x) => x !== undefined).length
  const control = [command ?? '', ...onCalendar].some((text) => /[\p{Cc}\u2028\u2029]/u.test(text))
  const timeless = onCalendar.length === 0 && onBootSec === undefined && onUnitActiveSec === undefined
  return [
    ...(starts === 1
      ? []
      : [invalid(`the timer ${name} has ${starts === 0 ? 'neither command nor unit' : 'command and unit'}`)]),
    ...(timeless ? [invalid(`the timer ${name} has neither onCalendar nor onBootSec nor onUnitActiveSec`)] : []),
    ...(control ? [invalid(`the timer ${name} has control characters`)] : []),
    ...(user !== undefined && command === undefined ? [invalid(`the timer ${name} has a user and no command`)] : []),
    ...(unit === `${name}.timer` ? [invalid(`the timer ${name} starts itself`)] : []),
  ]
}

function diff(want: TimerSpec, have: TimerState | null): readonly FieldChange[] {
  if (want.ensure === 'absent') return [{ path: 'ensure', before: 'present', after: 'absent' }]
  return [...filesChange(want, have), ...stateChange(want, have)]
}

function stateChange({ enabled = true, running = true }: TimerSpec, have: TimerState | null): FieldChange[] {
  const isEnabled = have?.unitFile.startsWith('enabled') ?? false
  const isRunning = have === null ? false : have.running
  return [
    ...(isEnabled === enabled
      ? []
      : [{ path: 'enabled', ...(have !== null && { before: have.unitFile }), after: enabled }]),
    ...(isRunning === null || isRunning === running
      ? []
      : [{ path: 'running', ...(have !== null && { before: isRunning }), after: running }]),
  ]
}

function filesChange(want: TimerSpec, have: TimerState | null): readonly FieldChange[] {
  if (want.kept !== undefined) {
    const before = have === null ? null : { timer: bytesOf(have.timer), service: bytesOf(have.service) }
    return compareFields(want.kept, before, ['timer', 'service']).filter(
      (f) => f.after !== null || f.before !== undefined,
    )
  }
  const plain = { mode: '0644', owner: 'root', group: 'root' }
  const says = timerSays(want)
  const command = serviceSays(want)
  const fields: FieldChange[] = []
  if (have?.timer && have.timer.says === null)
    fields.push({ path: 'timer', before: `sha256:${have.timer.sha256}`, after: 'as declared' })
  else fields.push(...compareFields(says, have?.timer?.says ?? null, Object.keys(says)).filter(isSaid))
  if (have?.service && command === null) fields.push({ path: 'command', before: have.service.says?.command ?? null })
  else if (have?.service && have.service.says === null) {
    fields.push({ path: 'service', before: `sha256:${have.service.sha256}`, after: 'as declared' })
  } else if (command !== null) fields.push(...compareFields(command, have?.service?.says ?? null, ['command', 'user']))
  const attributes = ['mode', 'owner', 'group']
  for (const file of [have?.timer ?? null, have?.service ?? null]) {
    if (file !== null) fields.push(...compareFields(plain, file, attributes))
  }
  return fields
}

/** Of a timer that is not there yet only what it says is worth saying. */
const isSaid = ({ before, after }: FieldChange): boolean =>
  before !== undefined || !(after === null || after === false || (Array.isArray(after) && after.length === 0))
