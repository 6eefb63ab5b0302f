import { addressOf } from '../model/address.ts'
import { reporter } from '../model/diagnostic.ts'
import { codes } from '../pipeline/codes.ts'
import type { QueueFilter } from '../pipeline/desk/queue.ts'
import type { World } from '../pipeline/world.ts'
import { Refusal } from './run-action.ts'
import { wholeNumber } from './whole-number.ts'

const report = reporter(codes)

/** Options with which lists of records are narrowed down. */
export interface ListOptions {
  readonly team?: string
  readonly unrouted?: boolean
  readonly mine?: boolean
  readonly assignee?: string
  readonly service?: string
  readonly requester?: string
  readonly priority?: string
  readonly limit: number
  readonly json?: boolean
}

interface Optional {
  option(flags: string, description: string): this
  option(flags: string, description: string, parse: (text: string) => number, usual: number): this
}

export function listOptions<Sub extends Optional>(command: Sub): Sub {
  return command
    .option('--team <team>', 'only the work of a team')
    .option('--unrouted', "only what is no team's work yet")
    .option('--assignee <person>', 'only what somebody works on')
    .option('--mine', 'only what you work on')
    .option('--service <service>', 'only what is about a service')
    .option('--requester <who>', 'only what somebody asked for or told of')
    .option('--priority <priority>', 'only those of a priority: P1')
    .option('-n, --limit <count>', 'at most so many', wholeNumber, 50)
    .option('--json', 'print JSON')
}

/** Names as the index has them: `platform` is `Team/platform`. */
export async function filterOf(world: World, options: ListOptions): Promise<QueueFilter> {
  const { team, unrouted, mine, assignee, service, requester, priority, limit } = options
  const who = mine === true ? await whoIsHere(world) : assignee === undefined ? undefined : full('Person', assignee)
  return {
    limit,
    ...(team !== undefined && { team: full('Team', team) }),
    ...(unrouted === true && { team: null }),
    ...(who !== undefined && { assignee: who }),
    ...(service !== undefined && { service: full('Service', service) }),
    ...(requester !== undefined && { requester: requester.includes('@') ? requester : full('Person', requester) }),
    ...(priority !== undefined && { priority: priority.toUpperCase() }),
  }
}

/** The person whose key is at hand. */
export async function whoIsHere(world: World): Promise<string> {
  const { personHere } = await import('../pipeline/person-here.ts')
  const here = await personHere(world)
  if ('refused' in here) throw new Refusal(here.refused)
  return here.person
}

/** `platform` or `team/platform` as `Team/platform`. */
function full(kind: string, name: string): string {
  if (name.trim() === '') throw new Refusal([report('record-unknown', { summary: `no name of a ${kind} is empty` })])
  const at = name.indexOf('/')
  return at < 0 || name.slice(0, at).toLowerCase() === kind.toLowerCase() ? addressOf(kind, name.slice(at + 1)) : name
}
