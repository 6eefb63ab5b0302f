import { InvalidArgumentError, Option } from 'commander'
import { reporter } from '../../model/diagnostic.ts'
import { codes } from '../../pipeline/serve/codes.ts'
import type { Define } from '../context.ts'
import { Refusal } from '../run-action.ts'
import { exit, type Terminal } from '../terminal.ts'
import { wholeNumber } from '../whole-number.ts'

const report = reporter(codes)

interface Options {
  readonly listen: Address
  readonly apply?: boolean
  readonly atOnce: number
}

interface Address {
  readonly host: string
  readonly port: number
}

/** Each of them has git, hosts and the forge to talk to. */
const most = 8

/** Fewer characters can be guessed, or are a word. */
const shortest = 32

/** `plumbline serve`: webhooks of the forge, and events. Exit 0 once it was told to stop. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .addOption(
      new Option('--listen <address>', 'host and port')
        .argParser(address)
        .default({ host: '127.0.0.1', port: 8080 }, '127.0.0.1:8080'),
    )
    .option('--apply', 'apply what is merged and approved by itself, as soon as it may be')
    .option('--at-once <n>', `pull requests looked after at once, ${most} at most`, wholeNumber, 2)
    .addHelpText(
      'after',
      `
Takes webhooks of GitHub at /webhooks/github: pull requests are planned, reviews and merges recorded, comments answered. They are
signed with PLUMBLINE_WEBHOOK_SECRET, of ${shortest} characters or more; while secrets are exchanged, PLUMBLINE_WEBHOOK_SECRET_PREVIOUS
is good as well. What is accepted is done, or done again after a crash. TLS is for a proxy before it.

Takes events of Alertmanager at /events/alertmanager and CloudEvents at /events/cloudevents, of whom an EventSource document describes,
by the bearer token that it names. Where PLUMBLINE_WEBHOOK_SECRET is not set, it takes events only and needs no forge. What
follows from events, records and time is looked after as by plumbline work.

/healthz, /readyz and /metrics tell how it is; each line of the log is a JSON object.

Examples:
  plumbline serve
  plumbline serve --listen 0.0.0.0:8080 --apply`,
    )
    .action(async (options: Options) =>
      context.run(async () => {
        const secrets = secretsOf(terminal.env)
        const world = await context.open({ network: 'must', reviews: 'forge' })
        const { serve } = await import('../../pipeline/serve/serve.ts')
        await serve(world, {
          ...options.listen,
          secrets,
          apply: options.apply === true,
          atOnce: Math.min(options.atOnce, most),
          open: () => context.open({ network: 'must', reviews: 'forge' }),
          log: (line) => terminal.out(`${JSON.stringify({ at: world.clock.now().toISOString(), ...line })}\n`),
        })
        return exit.ok
      }, {}),
    )
}

/** The secrets, the present one first; none where no forge is to be served. Throws where either is short. */
function secretsOf(env: Terminal['env']): readonly string[] {
  const names = ['PLUMBLINE_WEBHOOK_SECRET', 'PLUMBLINE_WEBHOOK_SECRET_PREVIOUS'] as const
  const [present = '', previous = ''] = names.map((name) => env[name])
  for (const [i, secret] of [present, previous].entries())
    if (secret !== '' && secret.length < shortest) {
      const summary = `${names[i]} has fewer than ${shortest} characters`
      throw new Refusal([report('webhook-secret', { summary })])
    }
  return present === '' ? [] : [present, previous].filter((secret) => secret !== '')
}

/** `127.0.0.1:8080`, `[::1]:8080`, `localhost:0` for a port that is free. */
function address(text: string): Address {
  const [, host = '', port = ''] = /^(\[[0-9a-fA-F:.]+\]|[^:[\]\s]+):(\d{1,5})$/.exec(text) ?? []
  if (host === '' || Number(port) > 65_535)
    throw new InvalidArgumentError('It takes a host and a port: 127.0.0.1:8080.')
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
}
