import { type Address, kindOf, nameOf } from '../../model/address.ts'
import type { Loss, Losses, PracticeInput } from '../../model/practice.ts'
import { type ServiceNode, serviceMap, standsOn } from './service-map.ts'

/** What becomes of services when hosts and other services are lost. Services that are retired, or not live yet, have nothing to lose. */
export function serviceLosses({ graph }: PracticeInput, lost: Losses): readonly Loss[] {
  return [...serviceMap(graph).values()].flatMap((service) => {
    if (service.stage === 'retired' || service.stage === 'pipeline') return []
    const loss = lossOf(service, lost)
    return loss === undefined ? [] : [{ address: service.address, ...loss }]
  })
}

function lossOf(service: ServiceNode, lost: Losses): Omit<Loss, 'address'> | undefined {
  const down = (address: Address): boolean => lost.get(address)?.state === 'down'
  const gone = service.needs.filter(down)
  if (gone.length > 0) return { state: 'down', because: `it can't be without ${listed(gone)}`, causes: gone }
  for (const { members, need } of service.groups) {
    const left = members.filter((m) => !down(m)).length
    if (left < need)
      return {
        state: 'down',
        because: `it needs ${need} of ${members.length} (${listed(members.filter(down))} lost), and ${left === 0 ? 'none is' : left === 1 ? 'one is' : `${left} are`} left`,
        causes: members.filter(down),
      }
  }
  const touched = standsOn(service).filter((m) => lost.has(m))
  if (touched.length === 0) return undefined
  const words = touched.filter(down)
  return words.length > 0
    ? { state: 'degraded', because: `${listed(words)} lost, and others stand in`, causes: words }
    : {
        state: 'degraded',
        because: `${listed(touched)} ${touched.length === 1 ? 'is' : 'are'} degraded`,
        causes: touched,
      }
}

/** So many names are said; the rest is counted. */
const shown = 4

function listed(addresses: readonly Address[]): string {
  const names = addresses.map((a) => (kindOf(a) === 'Host' ? nameOf(a) : `${kindOf(a).toLowerCase()} ${nameOf(a)}`))
  const rest = names.length - shown
  return rest > 1 ? `${names.slice(0, shown).join(', ')} and ${rest} more` : names.join(', ')
}
