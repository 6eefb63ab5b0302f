import type { Action, UnknownResource } from '../../model/plan.ts'
import type { Round } from '../../pipeline/watch-drift.ts'
import type { Define } from '../context.ts'
import { repeated } from '../repeated.ts'
import { Refusal } from '../run-action.ts'
import { type Colors, exit } from '../terminal.ts'
import { count } from '../views/columns.ts'
import { wholeNumber } from '../whole-number.ts'

interface Options {
  readonly host?: string[]
  readonly every: number
  readonly rounds?: number
  readonly json?: boolean
}

/** `plumbline watch`: drift as it comes about. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .option('--host <name>', 'only this host; may be given more than once', repeated)
    .option('--every <seconds>', 'seconds from one look to the next', wholeNumber, 30)
    .option('--rounds <number>', 'end after so many looks; without, on Ctrl-C', wholeNumber)
    .option('--json', 'print JSON lines: one object for each look')
    .addHelpText(
      'after',
      '\nConnections stay open. A look asks each host whether files moved, and collects only where they did; what no file tells, such\nas whether a service runs, is asked each time. A merge that this clone knows of counts from the next look.\n\nExit status: 0 nothing is off at the end, 2 something is, 1 something could not be seen.\n\nExamples:\n  plumbline watch\n  plumbline watch --host web-01 --every 5\n  plumbline watch --every 60 --json >> drift.jsonl',
    )
    .action(async (options: Options) =>
      context.run(async () => {
        const world = await context.open({ network: 'may' })
        const { watchDrift } = await import('../../pipeline/watch-drift.ts')
        let last: Round | undefined
        let looks = 0
        for await (const round of watchDrift(world, options.host === undefined ? {} : { hosts: options.host })) {
          if ('refused' in round) throw new Refusal(round.refused)
          terminal.out(options.json === true ? `${JSON.stringify(round)}\n` : roundText(round, last, terminal.colors))
          last = round
          looks += 1
          if (round.hosts === 0 || looks === options.rounds || !(await pause(options.every * 1000, world.stopping)))
            break
        }
        if (last === undefined || last.unknowns.length > 0) return exit.error
        return last.off.length > 0 ? exit.changes : exit.ok
      }, options),
    )
}

/** Waits, and tells whether to go on: somebody may ask to stop meanwhile. */
async function pause(milliseconds: number, stopping: () => boolean): Promise<boolean> {
  const until = performance.now() + milliseconds
  for (let left = milliseconds; left > 0 && !stopping(); left = until - performance.now()) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(left, 200)))
  }
  return !stopping()
}

function roundText(round: Round, before: Round | undefined, c: Colors): string {
  const time = c.dim(round.at.slice(11, 19))
  const known = new Set(before?.unknowns.map(nameOf))
  const unknown = round.unknowns.filter((u) => !known.has(nameOf(u)))
  const lines = [
    ...round.appeared.map((a) => `${time}  ${c.yellow('off   ')}  ${a.host}  ${a.resource}  ${what(a)}`),
    ...round.gone.map((a) => `${time}  ${c.green('right ')}  ${a.host}  ${a.resource}  as it should be again`),
    ...unknown.map((u) => `${time}  ${c.red('unseen')}  ${nameOf(u)}  ${u.unknown.reason}: ${u.unknown.detail}`),
  ]
  if (before === undefined) {
    const none = round.unknowns.length === 0 ? 'nothing is off' : 'nothing is off that could be seen'
    const off = round.off.length === 0 ? none : `${round.off.length} off`
    lines.unshift(`${time}  ${count(round.hosts, 'host')} held against ${round.commit.slice(0, 9)}: ${off}`)
  }
  return lines.map((line) => `${line}\n`).join('')
}

const nameOf = (u: UnknownResource): string => (u.resource === undefined ? u.host : `${u.host}  ${u.resource}`)

function what(action: Action): string {
  if (action.verb !== 'update') return action.verb === 'create' ? 'is gone' : `to be ${action.verb}d`
  return `${action.fields.map((f) => f.path).join(', ')} differs`
}
