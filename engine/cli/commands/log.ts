import { Option } from 'commander'
import { compareText } from '../../model/diagnostic.ts'
import { escapeControls } from '../../model/escape.ts'
import type {
  ChangeRecord,
  ChangeState,
  ChangeType,
  UnauthorisedRecord,
  UnauthorisedState,
} from '../../model/record.ts'
import type { RecordFilter } from '../../pipeline/queries.ts'
import type { Define } from '../context.ts'
import { progress } from '../progress.ts'
import { since, until } from '../since.ts'
import { exit } from '../terminal.ts'
import { minute, typeLabel } from '../views/change-facts.ts'
import { columns, count } from '../views/columns.ts'
import { wholeNumber } from '../whole-number.ts'

interface Options extends RecordFilter {
  readonly limit: number
  readonly json?: boolean
}

const ofChanges: readonly ChangeState[] = [
  'proposed',
  'approved',
  'rejected',
  'superseded',
  'expired',
  'unapproved',
  'scheduled',
  'implementing',
  'paused',
  'implemented',
  'failed',
  'rolled-back',
  'reviewed',
  'closed',
]
const types: readonly ChangeType[] = ['standard', 'normal', 'emergency']
const ofUnauthorised: readonly UnauthorisedState[] = ['open', 'reverted', 'adopted', 'ignored', 'gone']
const states = [...ofChanges, ...ofUnauthorised]

/** `plumbline log`: changes, newest first, with those on hosts that no change record knows. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .option('-n, --limit <n>', 'how many', wholeNumber, 20)
    .addOption(new Option('--state <state>', 'only changes in this state').choices(states))
    .addOption(new Option('--type <type>', 'only changes of this type').choices(types))
    .option('--since <date>', 'opened on that day or later; a moment may be given', since)
    .option('--until <date>', 'opened on that day or earlier; a moment may be given', until)
    .option('--person <name>', 'only what they opened, approved, broke the glass for or reviewed')
    .option('--host <name>', 'only changes with actions on this host')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nUnauthorised changes (UCH-…), found by plumbline drift --record, stand among the others: open, reverted, adopted, ignored or gone.\n\nExamples:\n  plumbline log\n  plumbline log --state failed --json\n  plumbline log --state open\n  plumbline log --type emergency --since 2026-10-01 --until 2026-12-31\n  plumbline log --person n.ito --host web-01',
    )
    .action(async (options: Options) =>
      context.run(async () => {
        const world = await context.open({ network: 'may', emit: progress(terminal) })
        const { listRecords } = await import('../../pipeline/queries.ts')
        const { limit, json: _, ...filter } = options
        const changes = await listRecords(world, { limit, ...filter })
        const { unauthorisedRecords } = await import('../../pipeline/unauthorised.ts')
        const most = Object.keys(filter).length === 0 ? limit : Number.POSITIVE_INFINITY
        const ofOthers = filter.type !== undefined || filter.person !== undefined
        const found = ofOthers
          ? []
          : (await unauthorisedRecords(world, { limit: most, state: filter.state })).filter((u) => isMeant(u, filter))
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
              ? [typeLabel(r), r.openedBy, count(r.actions.length, 'action'), r.title]
              : ['unauthorised', 'nobody', '', `${escapeControls(r.resource)} on ${r.host}`]
          return [r.id, r.state, minute(at(r)), ...about]
        })
        terminal.out(rows.length === 0 ? `no changes ${none(filter)}\n` : `${columns(rows, { paint }).join('\n')}\n`)
        return exit.ok
      }, options),
    )
}

/** Whether an unauthorised change is among those that are meant. */
const isMeant = ({ foundAt, host }: UnauthorisedRecord, filter: RecordFilter): boolean =>
  foundAt >= (filter.since ?? '') &&
  (filter.until === undefined || foundAt < filter.until) &&
  (filter.host === undefined || filter.host === host)

const at = (record: ChangeRecord | UnauthorisedRecord): string =>
  record.kind === 'Change' ? record.openedAt : record.foundAt

function none(filter: RecordFilter): string {
  const { state, ...others } = filter
  if (Object.keys(others).length > 0) return 'of that sort'
  return state === undefined ? 'yet' : `in state ${state}`
}

type Paint = (text: string) => string

/** Green for what ended well, red for what needs somebody. */
export function stateColor(c: { green: Paint; red: Paint; yellow: Paint; dim: Paint }, state: string): Paint {
  if (['implemented', 'reviewed', 'closed'].includes(state)) return c.green
  if (state === 'open' || state === 'failed' || state === 'unapproved' || state === 'rejected') return c.red
  const settled = ['reverted', 'adopted', 'ignored', 'gone']
  return settled.includes(state) || state === 'superseded' || state === 'expired' || state === 'rolled-back'
    ? c.dim
    : c.yellow
}
