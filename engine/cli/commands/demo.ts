import type { Define } from '../context.ts'

interface Options {
  readonly folder?: string
  readonly serve?: boolean
  readonly quarter?: boolean
}

/** `plumbline demo`: the whole story, with simulated hosts over real SSH. */
export const define: Define = (command, context) => {
  command
    .option('--folder <dir>', 'where to play: an empty folder, or one of an earlier demo (default: a temporary one)')
    .option('--serve', 'start the hosts of the demo in --folder again, and keep them up until Ctrl-C')
    .option(
      '--quarter',
      'instead of the story, a quarter of the reference estate: the records of forty changes, to look around in',
    )
    .addHelpText(
      'after',
      '\nTakes Node and git, no root, less than half a minute. Your own keys, git configuration and ~/.ssh are neither read nor changed.\n\nExamples:\n  plumbline demo\n  plumbline demo --folder ~/plumbline-demo\n  plumbline demo --serve --folder ~/plumbline-demo\n  plumbline demo --quarter --folder ~/plumbline-quarter',
    )
    .action(async (options: Options) =>
      context.run(async () => {
        if (options.quarter === true)
          return (await import('../../demo/quarter/play.ts')).playQuarter(context, options.folder)
        const { playDemo, serveDemo } = await import('../../demo/demo.ts')
        if (options.serve !== true) return playDemo(context, options.folder)
        return serveDemo(context, options.folder)
      }, {}),
    )
}
