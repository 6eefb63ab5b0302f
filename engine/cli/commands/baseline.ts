import { escapeControls } from '../../model/escape.ts'
import type { BaselineRecord } from '../../model/record.ts'
import type { Define } from '../context.ts'
import { progress } from '../progress.ts'
import { Refusal } from '../run-action.ts'
import { type Colors, exit } from '../terminal.ts'
import { minute } from '../views/change-facts.ts'
import { columns, count } from '../views/columns.ts'

interface Options {
  readonly comment?: string
  readonly json?: boolean
}

/** `plumbline baseline`: how the estate stands, recorded under a name. */
export const define: Define = (command, context) => {
  const { terminal } = context
  const print = (value: unknown, text: () => string, options: Options): number => {
    terminal.out(options.json === true ? `${JSON.stringify(value, null, 2)}\n` : text())
    return exit.ok
  }
  command
    .argument('<name>', 'what to call it, or: list, show NAME')
    .argument('[of]', 'the baseline to show')
    .option('--comment <text>', 'why it is recorded')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nRecords in the ledger, signed, which commit is the desired state, what it wants of each host, and what each host was last\nseen to be like, as digests. A baseline never changes; plumbline diff compares it with another or with now.\n\nExamples:\n  plumbline observe && plumbline baseline release-2026.10 --comment "before the audit"\n  plumbline baseline list\n  plumbline diff release-2026.10 now',
    )
    .action(async (name: string, of: string | undefined, options: Options) => {
      if (name === 'show' && of === undefined)
        command.error('error: name the baseline to show: plumbline baseline show NAME')
      await context.run(async () => {
        const { listBaselines, recordBaseline, showBaseline } = await import('../../pipeline/baseline.ts')
        if (name === 'list') {
          const baselines = await listBaselines(await context.open({ network: 'may', emit: progress(terminal) }))
          return print(baselines, () => listText(baselines, terminal.colors), options)
        }
        const found =
          name === 'show' && of !== undefined
            ? await showBaseline(await context.open({ network: 'may', emit: progress(terminal) }), of)
            : await recordBaseline(await context.open({ network: 'must' }), {
                name,
                ...(options.comment !== undefined && { comment: options.comment }),
              })
        if ('refused' in found) throw new Refusal(found.refused)
        return print(found.baseline, () => text(found.baseline, terminal.colors), options)
      }, options)
    })
}

function listText(baselines: readonly BaselineRecord[], c: Colors): string {
  if (baselines.length === 0) return 'no baselines yet\n'
  const rows = baselines.map((b) => [b.name, minute(b.at), b.commit.slice(0, 12), hosts(b), b.by, b.comment ?? ''])
  const paint = (cell: string, column: number): string =>
    column === 0 ? c.bold(cell) : column === 5 ? cell : c.dim(cell)
  return `${columns(
    rows.map((row) => row.map(escapeControls)),
    { paint },
  ).join('\n')}\n`
}

function text(b: BaselineRecord, c: Colors): string {
  const unseen = Object.keys(b.catalogues).filter((host) => b.snapshots[host] === undefined)
  const facts = [
    ['recorded', `${minute(b.at)} by ${b.by}`],
    ['commit', b.commit],
    ['hosts', hosts(b)],
    ...(unseen.length === 0 ? [] : [['never seen', unseen.join(', ')]]),
  ]
  const paint = (cell: string, column: number): string => (column === 0 ? c.dim(cell) : cell)
  const head = `${c.bold(b.name)}${b.comment === undefined ? '' : `  ${escapeControls(b.comment)}`}`
  return `${[
    head,
    ...columns(
      facts.map((row) => row.map(escapeControls)),
      { paint },
    ),
  ].join('\n')}\n`
}

function hosts(b: BaselineRecord): string {
  const [all, seen] = [Object.keys(b.catalogues).length, Object.keys(b.snapshots).length]
  return `${count(all, 'host')}, ${seen} with a snapshot`
}
