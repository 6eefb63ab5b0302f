import { escapeControls } from '../../model/escape.ts'
import type { Define } from '../context.ts'
import { exit } from '../terminal.ts'
import { columns } from '../views/columns.ts'

/** `plumbline catalog`: what can be asked for. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('[item]', 'one of them, with its questions')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline catalog\n  plumbline catalog shell-access\n  plumbline request new shell-access --set host=web-01 --set hours=8 --reason "the shop is slow"',
    )
    .action(async (name: string | undefined, options: { readonly json?: boolean }) =>
      context.run(async () => {
        const world = await context.open({ network: 'may' })
        const { catalogItems } = await import('../../pipeline/fulfilment/catalogue.ts')
        const items = await catalogItems(world, name)
        if (options.json === true) terminal.out(`${JSON.stringify({ items }, null, 2)}\n`)
        else if (name !== undefined) terminal.out(items.map((item) => itemText(item)).join('\n'))
        else if (items.length === 0) terminal.out('nothing can be asked for: there is no CatalogItem\n')
        else
          terminal.out(
            `${columns(items.map(({ name: n, spec }) => [n, spec.title, spec.team].map(escapeControls))).join('\n')}\n`,
          )
        return exit.ok
      }, options),
    )

  function itemText({
    name: item,
    spec,
  }: Awaited<ReturnType<typeof import('../../pipeline/fulfilment/catalogue.ts').catalogItems>>[number]): string {
    const { bold, dim } = terminal.colors
    const rows = Object.entries(spec.form.properties).map(([question, schema]) => {
      const { description, enum: values, type } = (schema ?? {}) as Readonly<Record<string, unknown>>
      const wanted = spec.form.required?.includes(question) === true ? 'has to be answered' : ''
      const kind = Array.isArray(values) ? values.join(', ') : String(type ?? '')
      return [question, kind, String(description ?? ''), wanted].map(escapeControls)
    })
    const about = spec.about === undefined ? [] : [escapeControls(spec.about)]
    return `${[`${bold(item)}  ${escapeControls(spec.title)}`, ...about, dim(`looked after by ${spec.team}`), ...columns(rows, { indent: '  ' })].join('\n')}\n`
  }
}
