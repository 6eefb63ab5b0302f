import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { FieldChange, ResourceType } from '../../model/resource.ts'
import { codes } from '../codes.ts'
import { compareFields } from '../fields.ts'
import { commandProblem, variableProblem } from './job-text.ts'
import { discover, parse, probe } from './probe.ts'
import { plainSchedule, scheduleProblem } from './schedule.ts'
import { type CronSpec, type CronState, jobOf, pathOf } from './spec.ts'
import { steps } from './steps.ts'

const report = reporter(codes)

/** One job of cron, in a file of its own. */
export const resource: ResourceType<CronSpec, CronState> = {
  name: 'cron',
  rank: 60,
  identify: (spec) => spec.name,
  check,
  normalise(spec) {
    const { name, ensure, kept } = spec
    if (ensure === 'absent') return { name, ensure }
    if (kept !== undefined) return { name, kept }
    const { schedule, user, command, environment } = jobOf(spec)
    const variables = Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1))
    return { name, schedule: plainSchedule(schedule), user, command, environment: Object.fromEntries(variables) }
  },
  probe,
  parse,
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  after: ({ user = 'root', ensure }) => (ensure === 'absent' ? [] : ['package:cron', `user:${user}`]),
  paths: (spec) => [pathOf(spec.name)],
  owns: 'whole',
  discover,
  restore(name, state) {
    if (state === null) return { name, ensure: 'absent' }
    const { job: _job, ...kept } = state
    return { name, kept }
  },
  adopt: (name, { job }) => (job === null ? null : { name, ...job }),
}

function check(spec: CronSpec, about: Parameters<NonNullable<ResourceType['check']>>[1]): readonly Diagnostic[] {
  if (spec.ensure === 'absent') return []
  const invalid = (summary: string) => report('resource-invalid', { ...about.place, subject: about.subject, summary })
  const { schedule, command, environment } = jobOf(spec)
  const when = scheduleProblem(schedule)
  const what = commandProblem(command)
  return [
    ...(when === undefined ? [] : [invalid(`the schedule of the job ${spec.name} can't be kept: ${when}`)]),
    ...(what === undefined ? [] : [invalid(`the command of the job ${spec.name} ${what}`)]),
    ...Object.entries(environment).flatMap(([name, value]) => {
      const why = variableProblem(value)
      return why === undefined ? [] : [invalid(`the variable ${name} of the job ${spec.name} ${why}`)]
    }),
  ]
}

function diff(want: CronSpec, have: CronState | null): readonly FieldChange[] {
  if (want.ensure === 'absent') return [{ path: 'ensure', before: 'present', after: 'absent' }]
  if (want.kept !== undefined) {
    const { sha256, ...attributes } = want.kept
    return [
      ...compareFields({ content: sha256 }, have === null ? null : { content: have.sha256 }, ['content']),
      ...compareFields(attributes, have, ['mode', 'owner', 'group']),
    ]
  }
  const attributes = compareFields({ mode: '0644', owner: 'root', group: 'root' }, have, ['mode', 'owner', 'group'])
  const job = jobOf(want)
  if (have === null) {
    const said = ['schedule', 'user', 'command', ...(Object.keys(job.environment).length > 0 ? ['environment'] : [])]
    return compareFields(job, null, said)
  }
  if (have.job === null) {
    return [{ path: 'content', before: `sha256:${have.sha256}`, after: 'the job as declared' }, ...attributes]
  }
  return [...compareFields(job, have.job, ['schedule', 'user', 'command', 'environment']), ...attributes]
}
