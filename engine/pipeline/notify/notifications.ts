import type { Part } from '../work/part.ts'
import { collect } from './collect.ts'
import { deliver } from './deliver.ts'

/** Tells people what happened, as the rules of the estate say. */
export const notifications: Part = {
  name: 'notifications',
  async run(world, turn) {
    await collect(world, turn)
    return deliver(world, turn)
  },
}
