import { nameOf } from '../../model/address.ts'
import { escapeControls } from '../../model/escape.ts'
import type { OnCallTimes } from '../../pipeline/incidents/on-call.ts'
import type { Define } from '../context.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { columns } from '../views/columns.ts'

interface Options {
  readonly at?: string
  readonly from?: string
  readonly to?: string
  readonly ical?: string
  readonly json?: boolean
}

/** `plumbline on-call`: who is called when something is wrong. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('[team...]', 'teams, or schedules; all of them where none is named')
    .option('--at <date>', 'who it is at that moment, and nothing else')
    .option('--from <date>', 'first day, or a moment (default: now)')
    .option('--to <date>', 'last day, or the moment at which it ends (default: two weeks later)')
    .option('--ical <file>', 'write it as iCalendar, for a calendar program; - for standard output')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nShows who is on call by the OnCall documents of the branch as it stands, and when nobody is. Times are those of the\nclocks that each schedule goes by.\n\nExamples:\n  plumbline on-call\n  plumbline on-call platform --at 2026-12-25T03:00Z\n  plumbline on-call platform --from 2026-12-01 --to 2026-12-31 --ical on-call.ics',
    )
    .action(async (about: readonly string[], options: Options) =>
      context.run(async () => {
        const world = await context.open({ network: 'may' })
        const { onCallFeed, onCallTimes } = await import('../../pipeline/incidents/on-call.ts')
        const from = options.at ?? options.from
        const found = await onCallTimes(world, {
          about,
          ...(from !== undefined && { from }),
          ...(options.to !== undefined && { to: options.to }),
        })
        if ('refused' in found) throw new Refusal(found.refused)
        const { schedules } = found
        if (options.ical !== undefined) {
          const feed = onCallFeed(schedules, found.estate, world.clock.now())
          if (options.ical === '-') terminal.out(feed)
          else await world.writeText(options.ical, feed)
        } else if (options.json === true) terminal.out(`${JSON.stringify({ schedules }, null, 2)}\n`)
        else if (schedules.length === 0) terminal.out('nobody is on call: there is no OnCall document\n')
        else if (options.at !== undefined)
          terminal.out(
            `${columns(schedules.map((s) => [nameOf(s.schedule), s.now === undefined ? 'nobody' : nameOf(s.now)])).join('\n')}\n`,
          )
        else terminal.out(schedules.map(scheduleText).join('\n'))
        return exit.ok
      }, options),
    )

  function scheduleText({ schedule, team, timeZone, shifts, gaps }: OnCallTimes): string {
    const { bold, dim, yellow } = terminal.colors
    const local = (at: string): string =>
      new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(new Date(at))
    const rows = [
      ...shifts.map((s) => ({ ...s, who: nameOf(s.person), why: s.reason ?? s.layer ?? 'stands in' })),
      ...gaps.map((g) => ({ ...g, who: 'nobody', why: '' })),
    ].sort((a, b) => (a.from < b.from ? -1 : 1))
    const lines = columns(
      rows.map((r) => [local(r.from), local(r.until), escapeControls(r.who), escapeControls(r.why)]),
      { indent: '  ', paint: (cell, _column, row) => (rows[row]?.who === 'nobody' ? yellow(cell) : cell) },
    )
    return `${bold(nameOf(schedule))}  ${dim(`${nameOf(team)}, by the clocks of ${timeZone}`)}\n${lines.join('\n')}\n`
  }
}
