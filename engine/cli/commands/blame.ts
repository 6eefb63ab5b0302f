import { nameOf } from '../../model/address.ts'
import { escapeControls } from '../../model/escape.ts'
import type { Define } from '../context.ts'
import { progress } from '../progress.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { columns } from '../views/columns.ts'

interface Options {
  readonly offline?: boolean
  readonly json?: boolean
}

/** `plumbline blame`: which commit, change and approvers put a setting on a host, and whether it is still so. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('<host>', 'name of the host')
    .argument('[resource]', 'a resource such as file:/etc/motd; all of them where not given')
    .option('--offline', 'do not look at the host')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  plumbline blame web-01\n  plumbline blame web-01 file:/etc/nginx/nginx.conf')
    .action(async (host: string, resource: string | undefined, options: Options) =>
      context.run(async () => {
        const world = await context.open({ network: 'may', emit: progress(terminal) })
        const { blame } = await import('../../pipeline/blame.ts')
        const found = await blame(world, {
          host,
          offline: options.offline === true,
          ...(resource !== undefined && { resource }),
        })
        if ('refused' in found) throw new Refusal(found.refused)
        if (options.json === true) {
          terminal.out(`${JSON.stringify(found.lines, null, 2)}\n`)
          return exit.ok
        }
        const c = terminal.colors
        const paint = (cell: string, column: number, row: number): string => {
          if (row === 0) return c.dim(cell)
          if (column === 0) return cell === 'so' ? c.green(cell) : cell === 'off' ? c.magenta(cell) : c.dim(cell)
          return column === 2 ? c.bold(cell) : column > 2 ? c.dim(cell) : cell
        }
        const rows = found.lines.map((l) => [
          { so: 'so', moved: 'off', unknown: '?', 'not-looked': '' }[l.now],
          escapeControls(l.resource),
          l.change,
          l.commit.slice(0, 12),
          l.at.slice(0, 10),
          l.approvers.length === 0 ? 'nobody' : l.approvers.map((a) => nameOf(a)).join(', '),
          l.declaredBy.join(', '),
        ])
        const heads = ['now', 'resource', 'change', 'commit', 'approved', 'by', 'declared by']
        terminal.out(`${columns([heads, ...rows], { paint }).join('\n')}\n`)
        return exit.ok
      }, options),
    )
}
