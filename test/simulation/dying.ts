import type { World } from '../../engine/pipeline/world.ts'
import { type HostSession, isFailure } from '../../engine/ports/host-session.ts'

/** Where a process ends: right before an effect, or right after it, before anybody hears of it. */
export interface Death {
  /** 1 is the first. */
  readonly effect: number
  readonly side: 'before' | 'after'
}

export interface Dying {
  readonly world: World
  /** Settles when it has died; never where it outlives its work. */
  readonly dead: Promise<'dead'>
  /** How many effects there were. */
  readonly effects: () => number
}

const never = new Promise<never>(() => {})

/**
 * A world in which the process is killed at one effect: whatever it waits for then never comes, and nothing it does
 * afterwards happens. Effects are what others can see: an entry of the ledger, a line of the journal, a connection, a script.
 */
export function dying(world: World, death: Death | undefined): Dying {
  let count = 0
  let gone = false
  let die: (how: 'dead') => void = () => {}
  const dead = new Promise<'dead'>((resolve) => {
    die = resolve
  })
  async function effect<Result>(work: () => Promise<Result>): Promise<Result> {
    if (gone) return never
    count += 1
    const last = count === death?.effect
    if (last) gone = true
    if (last && death?.side === 'before') {
      die('dead')
      return never
    }
    const result = await work()
    if (last) die('dead')
    return gone ? never : result
  }
  const session = (opened: HostSession): HostSession => ({
    target: opened.target,
    read: (script, options) => effect(() => opened.read(script, options)),
    run: (script, options) => effect(() => opened.run(script, options)),
    close: () => opened.close(),
  })
  return {
    dead,
    effects: () => count,
    world: {
      ...world,
      ledger: async () => {
        const ledger = await world.ledger()
        return { ...ledger, append: (prepare) => effect(() => ledger.append(prepare)) }
      },
      journal: async () => {
        const journal = await world.journal()
        return {
          append: (change, entry) => effect(() => journal.append(change, entry)),
          read: (change) => journal.read(change),
          remove: (change) => effect(() => journal.remove(change)),
        }
      },
      connector: async () => {
        const connector = await world.connector()
        return {
          connect: (target, options) =>
            effect(async () => {
              const opened = await connector.connect(target, options)
              return isFailure(opened) ? opened : session(opened)
            }),
          close: () => connector.close(),
        }
      },
    },
  }
}
