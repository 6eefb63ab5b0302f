import fc from 'fast-check'
import { expect, it } from 'vitest'
import { commandProblem, jobText, parseJob, variableProblem } from './job-text.ts'
import { scheduleProblem } from './schedule.ts'

it.each([
  ['* * * * *'],
  ['*/5 0-23/2 1,15,31 jan-mar,12 sun,5-7'],
  ['@daily'],
  ['@REBOOT'],
])('takes the schedule %s', (schedule) => {
  expect(scheduleProblem(schedule)).toBeUndefined()
})

it.each([
  ['60 * * * *', '60 is out of range in the minute'],
  ['* 24 * * *', '24 is out of range in the hour'],
  ['* * 0 * *', '0 is out of range in the day of the month'],
  ['* * * 13 *', '13 is out of range in the month'],
  ['* * * * 8', '8 is out of range in the day of the week'],
  ['* * * * lundi', 'lundi is out of range in the day of the week'],
  ['30-10 * * * *', '30-10 runs backwards in the minute'],
  ['*/0 * * * *', 'the step 0 is out of range in the minute'],
  ['5/10 * * * *', 'a step needs * or a range, not 5, in the minute'],
  ['* * * *', 'it has 4 fields where cron wants 5'],
  ['@fortnightly', 'there is no @fortnightly'],
  ['1,,2 * * * *', '"" can\'t be read in the minute'],
])('says why cron would not take %s', (schedule, why) => {
  expect(scheduleProblem(schedule)).toBe(why)
})

it('writes nothing that it would read as another job', () => {
  const command = fc.string({ minLength: 1, maxLength: 80 }).filter((text) => commandProblem(text) === undefined)
  const value = fc.string({ maxLength: 40 }).filter((text) => variableProblem(text) === undefined)
  fc.assert(
    fc.property(command, value, fc.constantFrom('@daily', '1 2 * * *'), (said, variable, schedule) => {
      const job = { schedule, user: 'app', command: said, environment: { A: variable } }
      expect(parseJob(jobText(job))).toEqual(job)
    }),
    { numRuns: 2000 },
  )
  expect(jobText({ schedule: '@daily', user: 'a', command: "%% \\% '\\\\%'", environment: {} })).toContain(
    "@daily a \\%\\% \\\\% '\\\\\\%'\n",
  )
})
