import { InvalidArgumentError } from 'commander'
import type { Define } from '../context.ts'
import { Refusal } from '../run-action.ts'
import { showReport } from '../show-report.ts'
import { exit } from '../terminal.ts'
import { count } from '../views/columns.ts'
import { diagnosticsText } from '../views/diagnostics-text.ts'

/** `plumbline export`: what documents and hosts say, in the formats of others. */
export const define: Define = (command, context) => {
  defineCyclonedx(command, context)
  defineZone(command, context)
  defineBadges(command, context)
}

/** What hosts are made of, for tools that look for what is known to be broken. */
const defineCyclonedx: Define = (command, context) => {
  const { terminal } = context
  command
    .command('cyclonedx')
    .description('a bill of materials in CycloneDX 1.6: hosts with their systems and packages, as last seen')
    .argument('[host...]', 'names of hosts; all where none is given')
    .option('-o, --out <file>', 'write it into this file instead of printing it')
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline observe && plumbline export cyclonedx -o bom.json\n  plumbline export cyclonedx web-01',
    )
    .action(async (hosts: string[], options: { readonly out?: string }) =>
      context.run(async () => {
        const world = await context.open({})
        const { exportBom } = await import('../../pipeline/export-bom.ts')
        const made = await exportBom(world, hosts)
        if ('refused' in made) throw new Refusal(made.refused)
        terminal.err(diagnosticsText(made.diagnostics, terminal.colors))
        if (options.out === undefined) terminal.out(made.text)
        else {
          await world.writeText(options.out, made.text)
          terminal.out(`${count(made.hosts, 'host')} in ${options.out}\n`)
        }
        return exit.ok
      }, {}),
    )
}

/** What a system of badges takes: a line for each person and room. */
const defineBadges: Define = (command, context) => {
  command
    .command('badges')
    .description('who may enter which room and until when, as comma-separated values for a system of badges')
    .argument('[zone...]', 'names of zones; all where none is given')
    .option('-o, --out <file>', 'write it into this file instead of printing it')
    .option('--commit <rev>', 'at a commit instead of the working folder')
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline export badges -o badges.csv\n  plumbline export badges ams1-hall --commit main',
    )
    .action(async (zones: string[], options: { readonly out?: string; readonly commit?: string }) =>
      context.run(() => showReport(context, 'entry', zones, { ...options, format: 'csv' }), {}),
    )
}

interface ZoneOptions {
  readonly serial?: number
  readonly commit?: string
  readonly out?: string
}

/** What servers of names read. */
const defineZone: Define = (command, { run, open, terminal }) => {
  command
    .command('dns-zone')
    .description('a zone of DNS as a master file (RFC 1035) for BIND, NSD, Knot or PowerDNS')
    .argument('<zone>', 'its name, such as example.org')
    .option('--serial <number>', 'serial number; seconds since 1970 where not given', serialNumber)
    .option('--commit <rev>', 'at a commit instead of the working folder')
    .option('-o, --out <file>', 'write it into this file instead of printing it')
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline export dns-zone example.org -o /etc/nsd/example.org.zone\n  plumbline export dns-zone 20.10.in-addr.arpa --commit main --serial 2026112201',
    )
    .action(async (zone: string, { serial, commit, out }: ZoneOptions) =>
      run(async () => {
        const world = await open({})
        const { exportZone } = await import('../../pipeline/export-zone.ts')
        const made = await exportZone(world, zone, {
          ...(serial !== undefined && { serial }),
          ...(commit !== undefined && { commit }),
        })
        if ('refused' in made) throw new Refusal(made.refused)
        if (made.unsound)
          terminal.err(
            `${terminal.colors.yellow('there are errors in the documents')}, so this may be wrong: plumbline validate\n`,
          )
        if (out === undefined) terminal.out(made.text)
        else await world.writeText(out, made.text)
        return exit.ok
      }, {}),
    )
}

function serialNumber(text: string): number {
  const value = Number(text)
  if (!/^\d{1,10}$/.test(text) || value > 4_294_967_295)
    throw new InvalidArgumentError('It takes a whole number of 32 bits.')
  return value
}
