import type { Define } from '../context.ts'
import { progress } from '../progress.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { calendarText } from '../views/calendar-text.ts'

interface Options {
  readonly from?: string
  readonly to?: string
  readonly environment?: string
  readonly timeZone?: string
  readonly ical?: string
  readonly json?: boolean
}

/** `plumbline calendar`: windows, freezes and changes that have a time. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .option('--from <date>', 'first day, or a moment (default: now)')
    .option('--to <date>', 'last day, or the moment at which it ends (default: two weeks later)')
    .option('--environment <name>', 'only what is about hosts of this environment')
    .option('--time-zone <zone>', 'whose clocks it is shown by (default: those of this machine)')
    .option('--ical <file>', 'write it as iCalendar, for a calendar program; - for standard output')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      "\nShows when windows are open, what is frozen, which changes have their time and which wait; changes that get in each\nother's way are named. The documents are those of the branch as it stands.\n\nExamples:\n  plumbline calendar\n  plumbline calendar --from 2026-12-01 --to 2027-01-10 --environment prod\n  plumbline calendar --ical changes.ics",
    )
    .action(async (options: Options) =>
      context.run(async () => {
        const world = await context.open({ network: 'may', emit: progress(terminal) })
        const { readCalendar, zoneOf } = await import('../../pipeline/calendar.ts')
        const timeZone = zoneOf(options.timeZone)
        if (typeof timeZone !== 'string') throw new Refusal(timeZone.refused)
        const { from, to, environment } = options
        const calendar = await readCalendar(world, {
          timeZone,
          ...(from !== undefined && { from }),
          ...(to !== undefined && { to }),
          ...(environment !== undefined && { environment }),
        })
        if ('refused' in calendar) throw new Refusal(calendar.refused)
        if (options.ical !== undefined) {
          const { calendarFeed } = await import('../../pipeline/calendar-feed.ts')
          const feed = calendarFeed(calendar, environment ?? 'changes', world.clock.now())
          if (options.ical === '-') terminal.out(feed)
          else await world.writeText(options.ical, feed)
        } else if (options.json === true) terminal.out(`${JSON.stringify(calendar, null, 2)}\n`)
        else terminal.out(calendarText(calendar, { colors: terminal.colors, width: terminal.width, timeZone }))
        return exit.ok
      }, options),
    )
}
