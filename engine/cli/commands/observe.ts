import { escapeControls } from '../../model/escape.ts'
import type { ObservedHost } from '../../pipeline/observe.ts'
import type { Define } from '../context.ts'
import { progress } from '../progress.ts'
import { repeated } from '../repeated.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { minute } from '../views/change-facts.ts'
import { columns, count } from '../views/columns.ts'
import { wholeNumber } from '../whole-number.ts'

interface Options {
  readonly host?: string[]
  readonly forget?: number
  readonly json?: boolean
}

/** `plumbline observe`: looks at hosts and keeps what it saw, for queries and for later. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .option('--host <name>', 'only this host; may be given more than once', repeated)
    .option('--forget <days>', 'forget snapshots that are older, but the newest of each host', wholeNumber)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nLooks at what is declared for each host and at its facts: packages, accounts, services, listeners and so on. A host\nthat is as before costs next to nothing to keep. Nothing on a host is changed.\n\nExit status: 0 every host was seen, 1 one was not.\n\nExamples:\n  plumbline observe\n  plumbline observe --host web-01 --json',
    )
    .action(async (options: Options) =>
      context.run(async () => {
        const world = await context.open({ network: 'may', emit: progress(terminal) })
        const { forget, observe } = await import('../../pipeline/observe.ts')
        const observed = await observe(world, options.host === undefined ? {} : { hosts: options.host })
        if ('refused' in observed) throw new Refusal(observed.refused)
        const { hosts } = observed
        const forgotten = options.forget === undefined ? undefined : await forget(world, options.forget)
        const unseen = hosts.filter((h) => h.failure !== undefined).length
        if (options.json === true) terminal.out(`${JSON.stringify({ hosts, forgotten }, null, 2)}\n`)
        else {
          const c = terminal.colors
          const paint = (cell: string, column: number): string =>
            column !== 1 ? cell : cell === 'unknown' ? c.yellow(cell) : cell === 'same' ? c.dim(cell) : c.bold(cell)
          terminal.out(
            columns(hosts.map(row), { paint })
              .map((line) => `${line}\n`)
              .join(''),
          )
          if (forgotten !== undefined) terminal.out(`${count(forgotten, 'snapshot')} forgotten\n`)
          terminal.out(
            `${count(hosts.length - unseen, 'host')} seen${unseen === 0 ? '' : c.red(`, ${unseen} unknown`)}\n`,
          )
        }
        return unseen > 0 ? exit.error : exit.ok
      }, options),
    )
}

function row(h: ObservedHost): readonly string[] {
  if (h.failure !== undefined) return [h.host, 'unknown', escapeControls(`${h.failure.reason}: ${h.failure.detail}`)]
  const facts = h.facts === 0 ? '' : `, ${count(h.facts, 'group')} of facts`
  const since = h.compared === 'same' && h.since !== undefined ? `, since ${minute(h.since)}` : ''
  return [h.host, h.compared ?? '', `${count(h.resources, 'resource')}${facts}${since}`]
}
