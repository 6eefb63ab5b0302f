import type { RecordHand } from '../pipeline/record-types/hand.ts'
import type { World } from '../pipeline/world.ts'
import { Refusal } from './run-action.ts'

/** The person at the keyboard, who signs for themselves; a command ends where that is nobody. */
export async function handHere(world: World): Promise<RecordHand> {
  const { personsHand } = await import('../pipeline/record-types/hand.ts')
  const hand = await personsHand(world)
  if ('refused' in hand) throw new Refusal(hand.refused)
  return hand
}
