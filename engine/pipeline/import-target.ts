import { codes as importCodes } from '../import/codes.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { JsonObject } from '../model/document.ts'
import { canonicalSshKey } from '../model/ssh-key.ts'
import { codes as observeCodes } from '../observe/codes.ts'
import type { Target } from '../ports/host-session.ts'
import type { EstateAt } from './estate-at.ts'
import { hostLimits } from './observing.ts'
import { targetsOf } from './targets.ts'
import type { World } from './world.ts'

const report = reporter(importCodes)
const reportObserve = reporter(observeCodes)
type Refused = { readonly refused: readonly Diagnostic[] }

/** A way to a host that is to be imported. */
export interface ImportTarget {
  /** As it was given: `ssh://ana@10.0.4.11`, or the name of a Host document. */
  readonly said: string
  readonly target: Target
  /** Of the Host document that is to be written; undefined where there is one. */
  readonly host?: JsonObject
}

export interface HostKeys {
  /** Keys that the user has pinned: `ssh-ed25519 AAAA…`. */
  readonly hostKeys?: readonly string[]
  /** Fingerprints that the user has compared. */
  readonly acceptHostKeys?: readonly string[]
}

/** How to reach what was named: an address with a key that somebody vouched for, or a host of the estate. */
export async function importTarget(
  world: World,
  estate: EstateAt,
  said: string,
  keys: HostKeys,
): Promise<ImportTarget | Refused> {
  const known = targetsOf(estate.graph).get(said)
  if (known !== undefined) return { said, target: known }
  const address = addressIn(said)
  if (address === undefined)
    return { refused: [report('import-target', { summary: `${JSON.stringify(said)} is no way to a host` })] }
  const pinned = await pinnedKeys(world, said, address, keys)
  if ('refused' in pinned) return pinned
  const { user, host, port } = address
  const ssh = { ...(user !== 'plumbline' && { user }), ...(port !== 22 && { port }) }
  return {
    said,
    target: {
      host: said,
      address: host,
      port,
      user,
      hostKeys: pinned.keys,
      sudo: user !== 'root',
      root: '',
      transport: 'ssh',
    },
    host: {
      address: host,
      hostKeys: pinned.keys,
      ...(Object.keys(ssh).length > 0 && { ssh }),
    },
  }
}

interface Address {
  readonly user: string
  readonly host: string
  readonly port: number
}

/** `ssh://user@host:port`; nothing behind it, no password in it. */
function addressIn(said: string): Address | undefined {
  const [, user = 'plumbline', bracketed, plain, port = '22'] =
    /^ssh:\/\/(?:([a-z_][a-z0-9_-]{0,31})@)?(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?))(?::(\d{1,5}))?\/?$/.exec(
      said,
    ) ?? []
  const host = bracketed ?? plain
  return host === undefined || Number(port) < 1 || Number(port) > 65_535
    ? undefined
    : { user, host, port: Number(port) }
}

/** Nobody is trusted on first use: a key is given whole, or its fingerprint was compared. */
async function pinnedKeys(
  world: World,
  said: string,
  { host, port }: Address,
  { hostKeys = [], acceptHostKeys = [] }: HostKeys,
): Promise<{ readonly keys: readonly string[] } | Refused> {
  const given = hostKeys.map((key) => canonicalSshKey(key))
  const wrong = given.indexOf(undefined)
  if (wrong >= 0)
    return { refused: [report('import-host-key', { summary: `${hostKeys[wrong]?.slice(0, 40)} is no public key` })] }
  if (given.length > 0) return { keys: given.flatMap((key) => key ?? []) }
  const shown = await world.fetchHostKeys(host, port, hostLimits.deadlineMs)
  if ('failed' in shown) return { refused: [reportObserve(shown.failed, { summary: `${said}: ${shown.detail}` })] }
  const accepted = shown.filter(({ fingerprint }) => acceptHostKeys.includes(fingerprint))
  if (accepted.length > 0) return { keys: accepted.map(({ key }) => canonicalSshKey(key) ?? key) }
  const list = shown.map(({ key, fingerprint }) => `${fingerprint}  ${key.split(' ')[0]}`)
  const summary =
    acceptHostKeys.length === 0
      ? `${said} has a key that nobody has vouched for yet`
      : `${said} shows none of the keys that were accepted`
  return { refused: [report('import-host-key', { summary, detail: list.join('\n') })] }
}
