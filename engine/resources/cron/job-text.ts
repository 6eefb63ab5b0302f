import { plainSchedule, scheduleProblem } from './schedule.ts'
import type { Job } from './spec.ts'

const heading = '# Kept by Plumbline. Changes here are undone.\n'

/** The file of a job, which `parseJob` reads back. cron takes a percent sign for a line's end, hence the backslash. */
export function jobText({ schedule, user, command, environment }: Job): string {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${quoted(value)}\n`)
  return `${heading}${variables.join('')}${schedule} ${user} ${command.replaceAll('%', '\\%')}\n`
}

/** cron keeps blanks and quotes inside a value, and takes quotes around it away; there is no escape. */
function quoted(value: string): string {
  if (/^[^\s"']$|^[^\s"'].*\S$/.test(value)) return value
  return value.includes('"') ? `'${value}'` : `"${value}"`
}

/** The one job of a file, whoever wrote it; null where it says anything else, or says it in a way that we would not write. */
export function parseJob(text: string): Job | null {
  if (!text.endsWith('\n')) return null // cron drops a last line that does not end.
  const lines = text.split('\n').map((line) => line.replace(/^[ \t]+/, ''))
  const said = lines.filter((line) => line !== '' && !line.startsWith('#'))
  const last = said.pop()
  if (last === undefined) return null
  const environment = new Map<string, string>()
  for (const line of said) {
    const variable = readVariable(line)
    if (variable === undefined || environment.has(variable[0])) return null
    environment.set(...variable)
  }
  const job = readJob(last)
  return job === null ? null : { ...job, environment: Object.fromEntries([...environment].sort(byName)) }
}

const byName = ([a]: [string, string], [b]: [string, string]): number => (a < b ? -1 : a > b ? 1 : 0)

function readVariable(line: string): [string, string] | undefined {
  const found = /^([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(.*?)[ \t]*$/.exec(line)
  const [, name = '', raw = ''] = found ?? []
  if (found === null || raw === '') return undefined
  const whole = /^(["'])(.*)\1$/.exec(raw)
  if (whole === null) return /^["']/.test(raw) ? undefined : [name, raw]
  const [, quote = '', value = ''] = whole
  return value.includes(quote) ? undefined : [name, value]
}

function readJob(line: string): Omit<Job, 'environment'> | null {
  const found = /^(@[a-z]+|\S+(?:[ \t]+\S+){4})[ \t]+(\S+)[ \t]+(.+)$/i.exec(line)
  const [, schedule = '', user = '', escaped = ''] = found ?? []
  // A percent sign without a backslash begins the command's input, which we can't say.
  if (found === null || scheduleProblem(schedule) !== undefined || /(^|[^\\])%/.test(escaped)) return null
  const command = escaped.replaceAll('\\%', '%')
  if (userProblem(user) !== undefined || commandProblem(command) !== undefined) return null
  return { schedule: plainSchedule(schedule), user, command }
}

const userProblem = (user: string): string | undefined =>
  /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(user) ? undefined : 'is no account'

/** Why a command would not reach the shell as it stands. */
export function commandProblem(command: string): string | undefined {
  if (/[\p{Cc}\u2028\u2029]/u.test(command.replaceAll('\t', ' '))) return 'has control characters'
  if (command === '' || command.trim() !== command) return 'is empty, or begins or ends with a blank'
  if (command.endsWith('\\')) return 'ends with a backslash'
  return new TextEncoder().encode(command.replaceAll('%', '\\%')).length > 900 ? 'is longer than cron takes' : undefined
}

/** Why a variable can't be said in cron's format. */
export function variableProblem(value: string): string | undefined {
  if (/[\p{Cc}\u2028\u2029]/u.test(value)) return 'has control characters'
  if (value.includes('"') && value.includes("'") && quoted(value) !== value) return 'needs quotes and has both kinds'
  return new TextEncoder().encode(value).length > 900 ? 'is longer than cron takes' : undefined
}
