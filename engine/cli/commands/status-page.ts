import type { Define } from '../context.ts'
import { exit } from '../terminal.ts'

interface Options {
  readonly out: string
  readonly title: string
}

/** `plumbline status-page`: a page that tells everybody how services are. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .requiredOption('-o, --out <folder>', 'write index.html and status.json into this folder')
    .option('--title <text>', 'how the page is called', 'Status')
    .addHelpText(
      'after',
      '\nServices that are live, what is wrong with them, the last 90 days and planned maintenance. Of incidents it tells the\nservice, the state and what was announced: plumbline incident announce INC-2026-00042 --statement "…". Titles, comments\nand what changes do are told to nobody. The page needs no server: any place for files will do.',
    )
    .action(async ({ out, title }: Options) =>
      context.run(async () => {
        const world = await context.open({ network: 'may' })
        const { statusPage } = await import('../../pipeline/incidents/status.ts')
        const { statusHtml } = await import('../../report/status-page.ts')
        const page = await statusPage(world, title)
        const files = [
          ['index.html', await statusHtml(page)],
          ['status.json', `${JSON.stringify(page, null, 2)}\n`],
        ] as const
        await world.writeFiles(out, new Map(files))
        terminal.err(`index.html and status.json in ${out}\n`)
        return exit.ok
      }, {}),
    )
}
