import type { Define } from '../context.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { wholeNumber } from '../whole-number.ts'

/** `plumbline host-key fetch`: helps a person to pin a host's keys, and never pins them by itself. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .command('fetch')
    .description('ask a host for its public keys and show them with their fingerprints')
    .argument('<host>', 'address or name, with :port where it is not 22; the name of a Host document works, too')
    .option('--json', 'print JSON')
    .option('--timeout <seconds>', 'how long to wait', wholeNumber, 10)
    .addHelpText(
      'after',
      '\nCompare the fingerprint with the one shown on the host itself:\n  ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\nthen put the key into spec.hostKeys of its Host document.\n\nExample:\n  plumbline host-key fetch 10.0.4.11',
    )
    .action(async (host: string, options: { json?: boolean; timeout: number }) =>
      context.run(async () => {
        const world = await context.open({ estateOptional: true })
        const { whereIs } = await import('../../pipeline/where-is.ts')
        const { address, port } = await whereIs(world, host)
        const found = await world.fetchHostKeys(address, port, options.timeout * 1000)
        if ('failed' in found)
          throw new Refusal([
            {
              code: found.failed,
              severity: 'error',
              summary: `${host}: ${found.detail}`,
              hint: 'check the address, the port and that sshd runs there',
            },
          ])
        if (options.json === true) terminal.out(`${JSON.stringify({ address, port, keys: found }, null, 2)}\n`)
        else {
          for (const { key, fingerprint } of found) terminal.out(`${terminal.colors.bold(fingerprint)}\n  - ${key}\n`)
          terminal.out(
            `\n${terminal.colors.yellow('Nothing vouches for these keys yet.')} Compare a fingerprint on the host itself before you put its key into spec.hostKeys.\n`,
          )
        }
        return exit.ok
      }, options),
    )
}
