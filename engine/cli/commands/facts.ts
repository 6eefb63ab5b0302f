import type { Define } from '../context.ts'
import { progress } from '../progress.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { factsText } from '../views/facts-text.ts'

interface Options {
  readonly only?: string
  readonly json?: boolean
}

/** `plumbline facts`: what hosts are made of, whether or not a document speaks of it. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('<host...>', 'names of Host documents')
    .option('--only <groups>', 'only these groups, with commas between them')
    .option('--json', 'print JSON, with the digests of what was asked and answered')
    .addHelpText(
      'after',
      '\nGroups: os, kernel, hardware, uptime, interfaces, routes, listeners, mounts, packages, services, users, keys, sudoers,\ncron, certificates, logins, clock. All of them take one round trip. What can not be had is unknown, with the reason.\n\nExit status: 0 every host was seen, 1 one was not.\n\nExamples:\n  plumbline facts web-01\n  plumbline facts web-01 db-01 --only os,packages --json',
    )
    .action(async (hosts: string[], options: Options) =>
      context.run(async () => {
        const world = await context.open({ emit: progress(terminal) })
        const { hostFacts } = await import('../../pipeline/facts.ts')
        const only = options.only?.split(',').map((name) => name.trim())
        const found = await hostFacts(world, { hosts, ...(only !== undefined && { only }) })
        if ('refused' in found) throw new Refusal(found.refused)
        if (options.json === true) terminal.out(`${JSON.stringify(found.hosts, null, 2)}\n`)
        else terminal.out(found.hosts.map((host) => factsText(host, terminal.colors)).join('\n'))
        return found.hosts.some((host) => 'failure' in host) ? exit.error : exit.ok
      }, options),
    )
}
