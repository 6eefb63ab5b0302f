import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import { escapeControls } from '../../model/escape.ts'
import type { CommandContext, Define } from '../context.ts'
import { keyOption } from '../key-option.ts'
import { progress } from '../progress.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { columns, count } from '../views/columns.ts'
import { diagnosticsText } from '../views/diagnostics-text.ts'
import { wholeNumber } from '../whole-number.ts'

interface Common {
  readonly json?: boolean
}

/** `plumbline address`: what is free next, what is kept for whom, and documents that ask for an address. */
export const define: Define = (command, context) => {
  defineNext(command, context)
  defineAllocate(command, context)
  defineLeases(command, context)
  defineRelease(command, context)
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

function defineNext(command: Command, context: CommandContext): void {
  interface Options extends Common {
    readonly length?: number
    readonly count: number
  }
  command
    .command('next')
    .description('show what a prefix would give next; nothing is kept by asking')
    .argument('<pool>', 'prefix/NAME, or site/NAME for the number of a VLAN')
    .option('--length <bits>', 'of a container: how long the prefix is to be', wholeNumber)
    .option('-n, --count <number>', 'how many to show', wholeNumber, 1)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline address next prefix/ams1-servers\n  plumbline address next prefix/ams1 --length 26\n  plumbline address next site/ams1 --count 3 --json',
    )
    .action(async (pool: string, options: Options) =>
      context.run(async () => {
        const { nextFreeOf } = await import('../../pipeline/address-next.ts')
        const world = await context.open({ network: 'may', emit: progress(context.terminal) })
        const { length, count: many } = options
        const found = await nextFreeOf(world, { pool, count: many, ...(length !== undefined && { length }) })
        if ('refused' in found) throw new Refusal(found.refused)
        const none = `${found.pool} has nothing left that is free\n`
        context.terminal.out(
          options.json === true ? json(found) : found.free.length === 0 ? none : `${found.free.join('\n')}\n`,
        )
        return found.free.length === 0 ? exit.error : exit.ok
      }, options),
    )
}

function defineAllocate(command: Command, context: CommandContext): void {
  const { terminal } = context
  command
    .command('allocate')
    .description('give documents that ask for an address, prefix or VLAN number the next free one')
    .argument('[document...]', 'documents, such as host/web-09; all that ask where none is named')
    .option(...keyOption)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nA document asks by { from: prefix/NAME } where the value is to stand. The next free one is leased on the ledger, so that no other\nbranch gets it, and written there; commit the file.\n\nExamples:\n  plumbline address allocate\n  plumbline address allocate host/web-09 --json',
    )
    .action(async (only: string[], options: Common & { readonly key?: string }) =>
      context.run(async () => {
        const { allocate } = await import('../../pipeline/allocate.ts')
        const key = options.key === undefined ? {} : { key: options.key }
        const done = await allocate(await context.open({ network: 'must', ...key }), only)
        if ('refused' in done) throw new Refusal(done.refused)
        const { allocated, findings } = done
        if (options.json === true) terminal.out(json({ allocated, diagnostics: findings }))
        else {
          terminal.err(diagnosticsText(findings, terminal.colors))
          const rows = allocated.map((a) => [a.document, a.value, `from ${a.pool}`, a.file])
          if (rows.length === 0) terminal.out('nothing asks for anything\n')
          else
            terminal.out(
              `${columns(rows.map((row) => row.map(escapeControls))).join('\n')}\nNext: read and commit what was written\n`,
            )
        }
        return findings.length === 0 ? exit.ok : exit.error
      }, options),
    )
}

const standings = { merged: 'merged', open: 'on an open branch', nowhere: 'in no branch yet' } as const

function defineLeases(command: Command, context: CommandContext): void {
  command
    .command('leases')
    .description('list what is leased, for which documents, and where those stand')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  plumbline address leases\n  plumbline address leases --json')
    .action(async (options: Common) =>
      context.run(async () => {
        const { listLeases } = await import('../../pipeline/leases.ts')
        const all = await listLeases(await context.open({ network: 'may', emit: progress(context.terminal) }))
        const rows = all.map(({ lease: l, standing }) => [
          l.value,
          l.of,
          standings[standing],
          `from ${l.pool}`,
          l.branch ?? '–',
          `${l.transition.at.slice(0, 10)} by ${l.transition.actor}`,
        ])
        const lines = () => columns(rows.map((row) => row.map(escapeControls)))
        context.terminal.out(
          options.json === true
            ? json(all.map(({ lease, standing }) => ({ ...lease, standing })))
            : rows.length === 0
              ? 'nothing is leased\n'
              : `${lines().join('\n')}\n`,
        )
        return exit.ok
      }, options),
    )
}

function defineRelease(command: Command, context: CommandContext): void {
  interface Options extends Common {
    readonly grace: number
    readonly reason?: string
    readonly key?: string
  }
  command
    .command('release')
    .description('give back what is leased: what is named, or what no branch says any more')
    .argument('[value...]', 'addresses, prefixes or VLAN numbers')
    .option('--grace <days>', 'of what no branch says: how long ago it was leased at least', days, 14)
    .option('--reason <text>', 'why')
    .option(...keyOption)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline address release\n  plumbline address release 10.20.3.7 --reason "the host is not to come"',
    )
    .action(async (values: string[], options: Options) =>
      context.run(async () => {
        const { releaseLeases } = await import('../../pipeline/leases.ts')
        const { key, reason, grace } = options
        const world = await context.open({ network: 'must', ...(key !== undefined && { key }) })
        const asked = { values, grace: grace * 86_400_000, ...(reason !== undefined && { reason }) }
        const back = await releaseLeases(world, asked)
        if ('refused' in back) throw new Refusal(back.refused)
        const lines = () => columns(back.map((l) => [l.value, l.of, l.because ?? ''].map(escapeControls)))
        context.terminal.out(
          options.json === true
            ? json(back)
            : back.length === 0
              ? 'nothing to give back\n'
              : `${lines().join('\n')}\n${count(back.length, 'lease')} given back\n`,
        )
        return exit.ok
      }, options),
    )
}

function days(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('It takes a number of days.')
  return Number(text)
}
