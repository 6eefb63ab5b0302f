import type { Imported } from '../../pipeline/import.ts'
import type { Define } from '../context.ts'
import { progress } from '../progress.ts'
import { repeated } from '../repeated.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { importText } from '../views/import-text.ts'
import { wholeNumber } from '../whole-number.ts'

interface Options {
  readonly name?: string
  readonly environment?: string
  readonly site?: string
  readonly owner?: string
  readonly hostKey?: string[]
  readonly acceptHostKey?: string[]
  readonly fleet?: boolean
  readonly hosts?: string
  readonly label?: string
  readonly least: number
  readonly dryRun?: boolean
  readonly force?: boolean
  readonly json?: boolean
}

/** `plumbline import`: documents for running hosts, and for people and groups of a directory. Exit 0 the plan of them is empty, 2 it is not, 1 error. */
export const define: Define = (command, context) => {
  const { terminal } = context
  defineScim(command, context)
  command
    .argument('[from...]', 'ssh://user@host[:port], or the name of a Host document that has no profile yet')
    .option('--name <name>', 'name of the host in the estate (default: what it calls itself)')
    .option('--environment <name>', 'environment it belongs to (default: the only one there is)')
    .option('--site <name>', 'site it stands at')
    .option('--owner <address>', 'who answers for the documents, such as team/platform')
    .option(
      '--host-key <key>',
      "the host's public key, as ssh-keyscan prints it; may be given more than once",
      repeated,
    )
    .option('--accept-host-key <fingerprint>', 'SHA256:… that you have compared; may be given more than once', repeated)
    .option('--fleet', 'move what several hosts have in common into profiles that they share')
    .option('--hosts <names>', 'with --fleet: only the profiles of these hosts, with commas between them')
    .option('--label <key=value>', 'with --fleet: select by this label, which the hosts get, and not by their names')
    .option('--least <n>', 'with --fleet: so many resources in common make a profile', wholeNumber, 3)
    .option('--dry-run', 'print the documents and write nothing')
    .option('--force', 'write over documents of the same host')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nLogs in, looks at everything that somebody set up by hand, writes inventory/hosts/NAME.yaml and\ninventory/profiles/NAME.yaml, and proves that a plan of them is empty. Nothing on the host is changed. Private keys,\npassword hashes and what looks like a password stay where they are and are listed.\n\nExit status: 0 the plan is empty, 2 something would be done, 1 error.\n\nExamples:\n  plumbline import ssh://ana@10.0.4.11 --environment prod\n  plumbline import ssh://ana@10.0.4.11 ssh://ana@10.0.4.12 --fleet\n  plumbline import --fleet --hosts web-01,web-02 --label role=web',
    )
    .action(async (from: string[], options: Options) =>
      context.run(async () => {
        const label = labelOf(options.label)
        if (from.length === 0 && options.fleet !== true) throw wrong('name a host, or say --fleet')
        if (label === null) throw wrong('a label is written key=value')
        const world = await context.open({ emit: progress(terminal) })
        const { importHosts } = await import('../../pipeline/import.ts')
        const imported = await importHosts(world, {
          from,
          ...given(options),
          ...(options.fleet === true && {
            fleet: {
              least: options.least,
              ...(options.hosts !== undefined && { hosts: options.hosts.split(',').map((name) => name.trim()) }),
              ...(label !== undefined && { label }),
            },
          }),
        })
        if ('refused' in imported) throw new Refusal(imported.refused)
        if (options.json === true) terminal.out(`${JSON.stringify(asJson(imported), null, 2)}\n`)
        else terminal.out(importText(imported, { colors: terminal.colors, dryRun: options.dryRun === true }))
        return importStatus(imported)
      }, options),
    )
}

/** `plumbline import scim`: documents for the users and groups of a directory. */
function defineScim(command: Parameters<Define>[0], { run, open, terminal }: Parameters<Define>[1]): void {
  command
    .command('scim')
    .description('write documents for the people and groups of a directory that speaks SCIM 2.0')
    .argument('<from...>', 'address of the directory (https://id.example.org/scim/v2), or files with what it answered')
    .option('--dry-run', 'print what would be written and write nothing')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nThe token for an address is taken from PLUMBLINE_SCIM_TOKEN. New people and groups get files of their own below\ninventory/organisation; in those that are there only names, addresses of mail, members and who has left are set. A second\nimport of the same changes nothing.\n\nExamples:\n  plumbline import scim https://id.example.org/scim/v2 --dry-run\n  plumbline import scim users.json groups.json',
    )
    .action(async (from: string[], _: unknown, scim: Parameters<Define>[0]) => {
      // Options of the same name are taken by the command above.
      const { json, dryRun } = scim.optsWithGlobals<Options>()
      await run(
        async () => {
          const world = await open({})
          const { importScim } = await import('../../pipeline/import-scim.ts')
          const imported = await importScim(world, { from, dryRun: dryRun === true })
          if ('refused' in imported) throw new Refusal(imported.refused)
          const { importedScimText } = await import('../views/import-scim-text.ts')
          terminal.out(
            json === true
              ? `${JSON.stringify({ ...imported, files: Object.fromEntries(imported.files) }, null, 2)}\n`
              : importedScimText(imported, { colors: terminal.colors, dryRun: dryRun === true }),
          )
          return imported.diagnostics.some((d) => d.severity === 'error') ? exit.error : exit.ok
        },
        { json },
      )
    })
}

const wrong = (summary: string): Refusal =>
  new Refusal([{ code: 'import-target', severity: 'error', summary, hint: 'see plumbline import --help' }])

function given({ name, environment, site, owner, hostKey, acceptHostKey, dryRun, force }: Options) {
  return {
    ...(name !== undefined && { name }),
    ...(environment !== undefined && { environment }),
    ...(site !== undefined && { site }),
    ...(owner !== undefined && { owner }),
    ...(hostKey !== undefined && { hostKeys: hostKey }),
    ...(acceptHostKey !== undefined && { acceptHostKeys: acceptHostKey }),
    ...(dryRun === true && { dryRun }),
    ...(force === true && { force }),
  }
}

/** null: it is not of that form. */
function labelOf(text: string | undefined): { readonly key: string; readonly value: string } | null | undefined {
  if (text === undefined) return undefined
  const [, key, value] = /^([A-Za-z0-9][A-Za-z0-9._/-]{0,62})=([^\p{Cc}]{1,63})$/u.exec(text) ?? []
  return key === undefined || value === undefined ? null : { key, value }
}

/** Texts of files as they are, bytes by their number: nothing else of them can be printed. */
function asJson({ hosts, shared, proof }: Imported) {
  const shown = hosts.map(({ files, ...host }) => ({
    ...host,
    files: Object.fromEntries(
      [...files].map(([path, content]) => [path, typeof content === 'string' ? content : { bytes: content.length }]),
    ),
  }))
  return { hosts: shown, shared, ...(proof !== undefined && { proof }) }
}

function importStatus({ proof }: Imported): number {
  if (proof === undefined) return exit.ok
  if (proof.diagnostics.length > 0) return exit.error
  if (proof.actions.length > 0) return exit.changes
  return proof.unknowns.length > 0 ? exit.error : exit.ok
}
