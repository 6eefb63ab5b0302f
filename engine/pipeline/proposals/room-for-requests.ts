import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { RequestPage } from '../../model/pull-request.ts'
import type { Forge } from '../../ports/forge.ts'
import { rulesFor } from '../agreed-rules.ts'
import { codes } from '../codes.ts'
import type { World } from '../world.ts'

const report = reporter(codes)

/** Pull requests of the engine carry it. */
export const requestLabel = 'plumbline'

/** So many may be open at once where the estate says nothing. */
const usualMost = 5

export interface OpenOnes {
  readonly most: number
  readonly requests: readonly RequestPage[]
}

/** Pull requests of the engine that are open, and how many may be: by the rules of the branch that is applied, at this tip. */
export async function openOnes(world: World, forge: Forge, tip: string): Promise<OpenOnes> {
  const { config } = await rulesFor(world, tip)
  const labelled = await forge.openRequests({ label: requestLabel })
  return { most: config.changes?.requests?.most ?? usualMost, requests: labelled.filter((r) => !r.fork) }
}

/** Why no further one is opened; undefined where there is room. */
export function whyFull({ most, requests }: OpenOnes): Diagnostic | undefined {
  if (requests.length < most) return undefined
  const numbers = requests.slice(0, 10).map((r) => `#${r.number}`)
  const which = numbers.length === 0 ? '' : ` (${numbers.join(', ')})`
  return report('requests-full', { summary: `${requests.length} pull requests are open${which}, and ${most} may be` })
}
