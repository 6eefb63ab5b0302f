const nicknames = new Set(['@reboot', '@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'])

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

interface Field {
  readonly called: string
  readonly from: number
  readonly to: number
  readonly names?: readonly string[]
}

const fields: readonly Field[] = [
  { called: 'minute', from: 0, to: 59 },
  { called: 'hour', from: 0, to: 23 },
  { called: 'day of the month', from: 1, to: 31 },
  { called: 'month', from: 1, to: 12, names: months },
  { called: 'day of the week', from: 0, to: 7, names: days },
]

/** One space between fields, names in small letters. */
export const plainSchedule = (schedule: string): string =>
  schedule
    .trim()
    .replaceAll(/[ \t]+/g, ' ')
    .toLowerCase()

/** Why cron would not take a schedule; undefined where it would. */
export function scheduleProblem(schedule: string): string | undefined {
  const plain = plainSchedule(schedule)
  if (plain.startsWith('@')) return nicknames.has(plain) ? undefined : `there is no ${plain}`
  const parts = plain.split(' ')
  if (parts.length !== fields.length) return `it has ${parts.length} fields where cron wants ${fields.length}`
  for (const [i, field] of fields.entries()) {
    for (const part of (parts[i] ?? '').split(',')) {
      const problem = partProblem(part, field)
      if (problem !== undefined) return `${problem} in the ${field.called}`
    }
  }
  return undefined
}

/** `*`, `5`, `1-5`, and the first and last with a step. */
function partProblem(part: string, field: Field): string | undefined {
  const found = /^(?:(\*)|([a-z]+|\d{1,2})(?:-([a-z]+|\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part)
  if (found === null) return `${JSON.stringify(part)} can't be read`
  const [, star, first, last, step] = found
  if (step !== undefined && (Number(step) < 1 || Number(step) > field.to)) return `the step ${step} is out of range`
  if (star !== undefined || first === undefined) return undefined
  if (step !== undefined && last === undefined) return `a step needs * or a range, not ${first},`
  const low = numberOf(first, field)
  const high = last === undefined ? low : numberOf(last, field)
  if (low === undefined) return `${first} is out of range`
  if (high === undefined) return `${last} is out of range`
  return low > high ? `${part} runs backwards` : undefined
}

function numberOf(text: string, { from, to, names }: Field): number | undefined {
  const named = names?.indexOf(text) ?? -1
  if (named >= 0) return named + from
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  return value >= from && value <= to ? value : undefined
}
