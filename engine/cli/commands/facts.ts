import type { FactsOf } from '../../pipeline/facts.ts'
import type { World } from '../../pipeline/world.ts'
import type { Define } from '../context.ts'
import { progress } from '../progress.ts'
import { Refusal } from '../run-action.ts'
import { exit, type Terminal } from '../terminal.ts'
import { factsText } from '../views/facts-text.ts'

interface Options {
  readonly only?: string
  readonly json?: boolean
  readonly write?: boolean
}

/** `plumbline facts`: what hosts are made of, whether or not a document speaks of it. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('<host...>', 'names of Host documents')
    .option('--only <groups>', 'only these groups, with commas between them')
    .option('--json', 'print JSON, with the digests of what was asked and answered')
    .option('--write', 'write those that templates use (host.facts) into the documents of the hosts')
    .addHelpText(
      'after',
      '\nGroups: os, kernel, hardware, uptime, interfaces, routes, neighbours, listeners, mounts, packages, services, users, keys, sudoers,\ncron, certificates, logins, clock. All of them take one round trip. What can not be had is unknown, with the reason.\nTemplates use what the document of a host holds: --write puts hardware, os, kernel and interfaces there, to be committed.\n\nExit status: 0 every host was seen, 1 one was not.\n\nExamples:\n  plumbline facts web-01\n  plumbline facts web-01 db-01 --only os,packages --json\n  plumbline facts web-01 --write',
    )
    .action(async (hosts: string[], options: Options) =>
      context.run(async () => {
        const world = await context.open({ emit: progress(terminal) })
        const { hostFacts } = await import('../../pipeline/facts.ts')
        const only = options.only?.split(',').map((name) => name.trim())
        const found = await hostFacts(world, { hosts, ...(only !== undefined && { only }) })
        if ('refused' in found) throw new Refusal(found.refused)
        if (options.write === true) await write(world, found.hosts, terminal)
        if (options.json === true) terminal.out(`${JSON.stringify(found.hosts, null, 2)}\n`)
        else terminal.out(found.hosts.map((host) => factsText(host, terminal.colors)).join('\n'))
        return found.hosts.some((host) => 'failure' in host) ? exit.error : exit.ok
      }, options),
    )
}

/** Writes facts down and says so where it disturbs no output. */
async function write(world: World, hosts: readonly FactsOf[], terminal: Terminal): Promise<void> {
  const { writeFacts } = await import('../../pipeline/write-facts.ts')
  const { files, unchanged, diagnostics } = await writeFacts(world, hosts)
  if (diagnostics.length > 0) throw new Refusal(diagnostics)
  for (const file of files) terminal.err(`wrote facts into ${file}\n`)
  for (const host of unchanged) terminal.err(`${host}: its document says so already\n`)
}
