import type { Part } from '../work/part.ts'
import { begin, collect } from './collect.ts'
import { deliver } from './deliver.ts'

/** Tells people what happened, as the rules of the estate say. */
export const notifications: Part = {
  name: 'notifications',
  async run(world, turn) {
    await collect(world, turn)
    return deliver(world, turn)
  },
}

/** Before everything else: nothing that this turn does is to be missed. */
export const listening: Part = {
  name: 'listening',
  async run(world) {
    await begin(world)
    return 0
  },
}
