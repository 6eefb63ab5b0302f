import { Option } from 'commander'
import { compareText } from '../../model/diagnostic.ts'
import { escapeControls } from '../../model/escape.ts'
import type { ChangeRecord, ChangeState, UnauthorisedRecord, UnauthorisedState } from '../../model/record.ts'
import type { Define } from '../context.ts'
import { exit } from '../terminal.ts'
import { columns, count } from '../views/columns.ts'
import { wholeNumber } from '../whole-number.ts'

interface Options {
  readonly limit: number
  readonly state?: string
  readonly json?: boolean
}

const ofChanges: readonly ChangeState[] = [
  'proposed',
  'approved',
  'rejected',
  'superseded',
  'expired',
  'unapproved',
  'implementing',
  'implemented',
  'failed',
  'rolled-back',
]
const ofUnauthorised: readonly UnauthorisedState[] = ['open', 'reverted', 'adopted', 'ignored', 'gone']
const states = [...ofChanges, ...ofUnauthorised]

/** `plumbline log`: changes, newest first, with those on hosts that no change record knows. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .option('-n, --limit <n>', 'how many', wholeNumber, 20)
    .addOption(new Option('--state <state>', 'only changes in this state').choices(states))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nUnauthorised changes (UCH-…), found by plumbline drift --record, stand among the others: open, reverted, adopted, ignored or gone.\n\nExamples:\n  plumbline log\n  plumbline log --state failed --json\n  plumbline log --state open',
    )
    .action(async (options: Options) =>
      context.run(async () => {
        const world = await context.open({ network: 'may' })
        const { listRecords } = await import('../../pipeline/queries.ts')
        const changes = await listRecords(world, {
          limit: options.limit,
          ...(options.state !== undefined && { state: options.state }),
        })
        const { unauthorisedRecords } = await import('../../pipeline/unauthorised.ts')
        const found = await unauthorisedRecords(world, options)
        const records = [...changes, ...found].sort((a, b) => compareText(at(b), at(a))).slice(0, options.limit)
        if (options.json === true) {
          terminal.out(`${JSON.stringify(records, null, 2)}\n`)
          return exit.ok
        }
        const c = terminal.colors
        const paint = (cell: string, column: number): string =>
          column === 0 ? c.bold(cell) : column === 1 ? stateColor(c, cell)(cell) : column === 2 ? c.dim(cell) : cell
        const rows = records.map((r) => {
          const about =
            r.kind === 'Change'
              ? [r.openedBy, count(r.actions.length, 'action'), r.title]
              : ['nobody', 'unauthorised', `${escapeControls(r.resource)} on ${r.host}`]
          return [r.id, r.state, at(r).slice(0, 16).replace('T', ' '), ...about]
        })
        terminal.out(
          rows.length === 0
            ? `no changes ${options.state === undefined ? 'yet' : `in state ${options.state}`}\n`
            : `${columns(rows, { paint }).join('\n')}\n`,
        )
        return exit.ok
      }, options),
    )
}

const at = (record: ChangeRecord | UnauthorisedRecord): string =>
  record.kind === 'Change' ? record.openedAt : record.foundAt

type Paint = (text: string) => string

/** Green for what ended well, red for what needs somebody. */
export function stateColor(c: { green: Paint; red: Paint; yellow: Paint; dim: Paint }, state: string): Paint {
  if (state === 'implemented') return c.green
  if (state === 'open' || state === 'failed' || state === 'unapproved' || state === 'rejected') return c.red
  const settled = ['reverted', 'adopted', 'ignored', 'gone']
  return settled.includes(state) || state === 'superseded' || state === 'expired' || state === 'rolled-back'
    ? c.dim
    : c.yellow
}
