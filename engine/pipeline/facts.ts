import { factProbes } from '../facts/index.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { reporter } from '../model/diagnostic.ts'
import type { HostFacts } from '../model/facts.ts'
import type { Unknown } from '../model/resource.ts'
import { observeHosts } from '../observe/observe-hosts.ts'
import { nearest } from '../schema/nearest.ts'
import { codes } from './codes.ts'
import { loadWork } from './estate.ts'
import { hostLimits, observing } from './observing.ts'
import { targetsOf } from './targets.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/** Facts of one host, or why nothing is known of it. */
export type FactsOf =
  | { readonly host: string; readonly at: string; readonly facts: HostFacts }
  | { readonly host: string; readonly at: string; readonly failure: Unknown }

/** Names of the groups of facts, in the order in which people ask for them. */
export const factNames: readonly string[] = factProbes.map((probe) => probe.name)

/** Asks hosts of the working folder for their facts: all groups, or those named. */
export async function hostFacts(
  world: World,
  options: { readonly hosts: readonly string[]; readonly only?: readonly string[] },
): Promise<{ readonly hosts: readonly FactsOf[] } | { readonly refused: readonly Diagnostic[] }> {
  const targets = targetsOf((await loadWork(world)).graph)
  const refused = [
    ...options.hosts.flatMap((host) => (targets.has(host) ? [] : [notThere('host', host, targets.keys())])),
    ...(options.only ?? []).flatMap((name) =>
      factNames.includes(name) ? [] : [notThere('group of facts', name, factNames)],
    ),
  ]
  if (refused.length > 0) return { refused }
  const facts = factProbes.filter((probe) => options.only === undefined || options.only.includes(probe.name))
  const observed = await observeHosts({
    targets: options.hosts.flatMap((host) => targets.get(host) ?? []),
    catalogues: new Map(),
    ...(await observing(world)),
    facts,
    concurrency: hostLimits.concurrency,
    emit: world.emit,
  })
  const nothing: Unknown = { reason: 'unparsable', detail: 'the host said nothing' }
  return {
    hosts: observed.map(({ host, at, facts: found, failure }) =>
      found === undefined ? { host, at, failure: failure ?? nothing } : { host, at, facts: found },
    ),
  }
}

function notThere(what: string, said: string, known: Iterable<string>): Diagnostic {
  const names = [...known]
  const near = nearest(said, names)
  return report(what === 'host' ? 'document-unknown' : 'fact-unknown', {
    summary: `there is no ${what} ${JSON.stringify(said)}`,
    ...(near !== undefined && { hint: `did you mean ${near}?` }),
  })
}
