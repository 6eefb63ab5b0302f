import { reporter } from '../../model/diagnostic.ts'
import { codes } from '../../pipeline/codes.ts'
import type { Moment } from '../../pipeline/moment.ts'
import type { Define } from '../context.ts'
import { progress } from '../progress.ts'
import { Refusal } from '../run-action.ts'

const report = reporter(codes)

/** Commands that only look: at documents, records and snapshots. */
const readers: ReadonlySet<string> = new Set([
  ...[
    'validate',
    'graph',
    'get',
    'explain',
    'log',
    'show',
    'blame',
    'audit',
    'drift',
    'query',
    'baseline',
    'diff',
    'dora',
    'calendar',
  ],
])

/** `plumbline as-of`: runs another command over the estate as it was. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('<moment>', 'a date (2026-10-01, 2026-10-01T14:00:00Z), a change, a baseline, a commit or a tag')
    .argument('<command...>', `what to run: ${[...readers].join(', ')}`)
    .allowUnknownOption()
    .helpOption('--help', 'show help')
    .addHelpText(
      'after',
      '\nDocuments are those of the newest commit of the branch then, records are those the ledger held, the clock stands at that\nmoment, and hosts are as the last snapshot before it shows them. A date alone is meant to its end, in UTC.\n\nExamples:\n  plumbline as-of 2026-10-01 query access \'host == "db-01" && root\'\n  plumbline as-of CHG-2026-00042 show CHG-2026-00040\n  plumbline as-of release-2026.10 drift',
    )
    .action(async (text: string, words: string[]) =>
      context.run(
        async () => {
          const [name = ''] = words
          if (!readers.has(name)) {
            const summary = `plumbline ${name} can't be run as of another time`
            throw new Refusal([report('reads-only', { summary, hint: `these can: ${[...readers].join(', ')}` })])
          }
          const world = await context.open({ network: 'may', emit: progress(terminal) })
          const { asOfWorld, momentOf } = await import('../../pipeline/as-of.ts')
          const moment = await momentOf(world, text)
          if ('refused' in moment) throw new Refusal(moment.refused)
          const { lastSeen } = await import('../../pipeline/snapshot.ts')
          // A store that can't be read is said by the command that needs it.
          const seen = await lastSeen(world, { before: moment.at }).catch(() => new Map<string, never>())
          terminal.err(`${terminal.colors.dim(header(moment, [...seen.values()]))}\n`)
          return context.runProgram(words, {
            terminal,
            version: context.version,
            open: async (options) => asOfWorld(await context.open({ ...options, network: 'no' }), moment),
          })
        },
        { json: words.includes('--json') },
      ),
    )
}

const because: Readonly<Record<Moment['because'], string>> = {
  recognised: 'as the ledger had it',
  committed: 'by its date',
  named: 'as named',
}

function header(moment: Moment, seen: readonly { readonly since: string; readonly seen: string }[]): string {
  const newest = seen.map((s) => (s.seen <= moment.at ? s.seen : moment.at)).reduce((a, b) => (a > b ? a : b), '')
  return [
    `as of ${moment.at}`,
    `commit ${moment.commit.slice(0, 12)}, ${because[moment.because]}`,
    moment.ledger === undefined ? 'no ledger yet' : `ledger ${moment.ledger.slice(0, 12)}`,
    newest === '' ? 'no snapshots' : `newest snapshot ${newest.slice(0, 16).replace('T', ' ')}`,
  ].join(' · ')
}
