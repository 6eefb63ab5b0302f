import type { Define } from '../context.ts'
import { repeated } from '../repeated.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { columns } from '../views/columns.ts'

interface Options {
  readonly json?: boolean
  readonly host?: string[]
}

/** `plumbline explain`: what a kind or a field means, from its schema. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument(
      '[what]',
      'a kind or one of its fields: Host, Host.ssh.port, Profile.resources.file.mode; all kinds where not given',
    )
    .argument('[plan]', 'after the word plan: a saved plan, to tell in which order it is carried out and why')
    .option('--host <name>', 'after the word plan: only this host; may be given more than once', repeated)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline explain\n  plumbline explain Host\n  plumbline explain AccessGrant.expires\n  plumbline explain plan plan.json\n  plumbline explain plan --host web-01   (everything the working folder wants of it, in order)',
    )
    .action(async (what: string | undefined, plan: string | undefined, options: Options) =>
      context.run(async () => {
        if (what === 'plan') return explainPlan(context, plan, options)
        const world = await context.open({ estateOptional: true })
        const { explain, listKinds } = await import('../../pipeline/explain.ts')
        if (what === undefined) {
          const kinds = await listKinds(world)
          const rows = kinds.map((k) => [k.domain, k.kind, firstSentence(k.description)])
          const dim = (cell: string, column: number): string => (column === 0 ? terminal.colors.dim(cell) : cell)
          terminal.out(
            options.json === true
              ? `${JSON.stringify(kinds, null, 2)}\n`
              : `${columns(rows, { paint: dim }).join('\n')}\n`,
          )
          return exit.ok
        }
        const explained = await explain(world, what)
        if ('refused' in explained) throw new Refusal(explained.refused)
        terminal.out(options.json === true ? `${JSON.stringify(explained.json, null, 2)}\n` : explained.text)
        return exit.ok
      }, options),
    )
}

async function explainPlan(
  context: Parameters<Define>[1],
  file: string | undefined,
  { host, json }: Options,
): Promise<number> {
  const { terminal } = context
  const world = await context.open({})
  const { explainOrder, explainSavedPlan } = await import('../../pipeline/explain-plan.ts')
  const explained = file === undefined ? await explainOrder(world, host) : await explainSavedPlan(world, file, host)
  if ('refused' in explained) throw new Refusal(explained.refused)
  const { explainedPlanText } = await import('../views/explained-plan-text.ts')
  terminal.out(
    json === true ? `${JSON.stringify(explained, null, 2)}\n` : explainedPlanText(explained, terminal.colors),
  )
  return exit.ok
}

const firstSentence = (text: string): string => text.split(/(?<=\.)\s/)[0] ?? text
