import { escapeControls } from '../../model/escape.ts'
import type { Define } from '../context.ts'
import { progress } from '../progress.ts'
import { exit } from '../terminal.ts'

interface Options {
  readonly json?: boolean
}

/** `plumbline mail in`: mail to the desk becomes records. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .command('in')
    .description('take a mail, or everything new in a Maildir')
    .argument('[path]', 'a file with one mail, or a Maildir (default: PLUMBLINE_MAILDIR)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
What begins something opens a request, or an incident where it went to desk+incident@… or its subject begins with "Incident:".
desk+shop@… is about the service or for the team called shop. A reply adds to the record that it is about. What programs send, and
what was taken before, is passed over. plumbline work takes the mail of PLUMBLINE_MAILDIR by itself.

Examples:
  plumbline mail in /var/mail/desk
  plumbline mail in message.eml`,
    )
    .action(async (path: string | undefined, options: Options) =>
      context.run(async () => {
        const world = await context.open({ network: 'must', emit: progress(terminal) })
        const { takeMailAt } = await import('../../pipeline/mail/mail-in.ts')
        const all = await takeMailAt(world, path)
        if (options.json === true) terminal.out(`${JSON.stringify({ mails: all }, null, 2)}\n`)
        else if (all.length === 0) terminal.out('no new mail\n')
        else
          for (const { name, taken } of all) {
            const what =
              'record' in taken
                ? `${taken.became === 'opened' ? 'opened' : 'added to'} ${taken.record.id} for ${taken.who}`
                : `${taken.became.replace('-', ' ')}: ${taken.because}`
            terminal.out(`${escapeControls(`${name}  ${what}`)}\n`)
          }
        return exit.ok
      }, options),
    )
}
