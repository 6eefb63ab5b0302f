import { escapeControls } from '../../model/escape.ts'
import type { JudgedEvent } from '../../pipeline/events/list.ts'
import type { Define } from '../context.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'

interface SendOptions {
  readonly source?: string
  readonly json?: boolean
}

interface ListOptions {
  readonly all?: boolean
  readonly json?: boolean
}

/** `plumbline event`: gives events to the engine, and shows what it makes of those it has. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .command('send')
    .description('take events from a file, as if their source had sent them')
    .argument('<file>', 'what Alertmanager sends to webhooks, or CloudEvents as JSON; - for standard input')
    .option('--source <name>', 'the EventSource that they are from; not needed where there is one of their format')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
They are kept on this machine; plumbline work, or a server that runs, has incidents follow from them. Sent twice they are as good as once.

Examples:
  plumbline event send alert.json && plumbline work --once
  backup-report | plumbline event send - --source backups`,
    )
    .action(async (file: string, options: SendOptions) =>
      context.run(async () => {
        const world = await context.open({ network: 'may' })
        const { sendEvents } = await import('../../pipeline/events/send.ts')
        const sent = await sendEvents(world, file === '-' ? '/dev/stdin' : file, options.source)
        if ('refused' in sent) throw new Refusal(sent.refused)
        const { taken, source } = sent
        if (options.json === true) terminal.out(`${JSON.stringify(sent)}\n`)
        else terminal.out(`took ${taken} event${taken === 1 ? '' : 's'} of ${source}; next: plumbline work --once\n`)
        return exit.ok
      }, options),
    )
  command
    .command('list')
    .description('show what fails, and what rules and silences make of it')
    .option('--all', 'what is over as well')
    .option('--json', 'print JSON')
    .action(async (options: ListOptions) =>
      context.run(async () => {
        const world = await context.open({ network: 'may' })
        const { listEvents } = await import('../../pipeline/events/list.ts')
        const events = (await listEvents(world)).filter((e) => options.all === true || e.up)
        if (options.json === true) terminal.out(`${JSON.stringify({ events }, null, 2)}\n`)
        else if (events.length === 0) terminal.out('nothing fails, as far as anybody told\n')
        else for (const event of events) terminal.out(`${escapeControls(lineOf(event))}\n`)
        return exit.ok
      }, options),
    )
}

function lineOf({ kind, title, source, state, since, documents, rule, silence, incident }: JudgedEvent): string {
  const what = kind === title ? kind : `${kind}: ${title}`
  const why =
    silence !== undefined
      ? `silenced by ${silence}`
      : rule === undefined
        ? 'no rule fits'
        : `${rule}${incident === undefined ? '' : `, ${incident}`}`
  return [
    `${state}  ${what}`,
    `    ${[...(since === undefined ? [] : [`since ${since}`]), `from ${source}`, ...documents].join(' · ')}`,
    `    ${why}`,
  ].join('\n')
}
