import { type Address, kindOf } from '../model/address.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Loss } from '../model/practice.ts'
import { nearest } from '../schema/nearest.ts'
import { codes } from './codes.ts'
import { loadMeant } from './estate.ts'
import { originOf } from './origin.ts'
import type { World } from './world.ts'

const report = reporter(codes)

export interface WhatIf {
  /** What somebody took away. */
  readonly lost: readonly Address[]
  /** What follows, apart from services: sorted by address. */
  readonly losses: readonly Loss[]
  /** Every service that is in use, those that are down first. */
  readonly services: readonly ServiceFate[]
  /** What was looked at, and when. */
  readonly of: string
}

export interface ServiceFate {
  readonly address: Address
  readonly state: Loss['state'] | 'unaffected'
  readonly because: string
  readonly causes?: readonly Address[]
}

/** Takes documents away and follows what goes with them, as the practices know it, until nothing more does. */
export async function whatIf(
  world: World,
  lost: readonly string[],
  options: { readonly commit?: string },
): Promise<WhatIf | { readonly refused: readonly Diagnostic[] }> {
  const estate = await loadMeant(world, options.commit)
  const { graph, locate } = estate
  const known = new Map([...graph.documents.keys()].map((address) => [address.toLowerCase(), address]))
  const refused: Diagnostic[] = []
  const start = lost.flatMap((wanted): readonly Address[] => {
    const found = known.get(wanted.toLowerCase())
    if (found !== undefined) return [found]
    const near = nearest(wanted, known.values())
    const hint = near === undefined ? {} : { hint: `did you mean ${near}?` }
    refused.push(report('document-unknown', { summary: `there is no ${wanted.slice(0, 120)}`, ...hint }))
    return []
  })
  if (refused.length > 0) return { refused }
  const input = { graph, locate, now: world.clock.now() }
  const all = new Map<Address, Loss>(
    start.map((address) => [address, { address, state: 'down', because: 'you took it away' }]),
  )
  for (let changed = true; changed; ) {
    changed = false
    for (const practice of world.practices)
      for (const loss of practice.losses?.(input, all) ?? []) {
        const before = all.get(loss.address)
        if (before?.state === 'down' || before?.state === loss.state) continue
        all.set(loss.address, loss)
        changed = true
      }
  }
  return {
    lost: start,
    of: originOf(world, estate, options.commit),
    losses: [...all.values()]
      .filter((l) => kindOf(l.address) !== 'Service' && !start.includes(l.address))
      .sort((a, b) => compareText(a.address, b.address)),
    services: graph
      .ofKind('Service')
      .filter((d) => d.document.spec['stage'] !== 'retired' && d.document.spec['stage'] !== 'pipeline')
      .map(
        ({ address }): ServiceFate =>
          all.get(address) ?? { address, state: 'unaffected', because: 'nothing it stands on is lost' },
      )
      .sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || compareText(a.address, b.address)),
  }
}

const order = ['down', 'degraded', 'unaffected']
