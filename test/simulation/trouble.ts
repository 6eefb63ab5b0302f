import type { World } from '../../engine/pipeline/world.ts'
import { type HostSession, isFailure, type Output } from '../../engine/ports/host-session.ts'
import { RepositoryError } from '../../engine/ports/repository.ts'

/** What happens to a process, and at which of its effects: right before it, or right after, before anybody hears of it. */
export interface Trouble {
  /**
   * - `killed`: whatever it waits for never comes, and nothing it does afterwards happens
   * - `stopped`: the same, until it is woken
   * - `cut`: hosts can't be reached from then on
   * - `ledger`: the ledger takes nothing from then on
   * - `disk`: the journal takes nothing from then on
   */
  readonly kind: 'killed' | 'stopped' | 'cut' | 'ledger' | 'disk'
  /** 1 is the first. */
  readonly effect: number
  readonly side: 'before' | 'after'
}

export interface Troubled {
  readonly world: World
  /** Settles when it is killed or stopped; never otherwise. */
  readonly still: Promise<'still'>
  /** Lets a stopped one go on. */
  readonly wake: () => void
  /** Whether the trouble came at all: an apply may have been through before. */
  readonly came: () => boolean
}

type Sort = 'ledger' | 'journal' | 'host'

const never = new Promise<never>(() => {})
const cutOff: Output = {
  code: null,
  stdout: new Uint8Array(),
  stderr: new Uint8Array(),
  truncated: false,
  timedOut: false,
  cutOff: true,
}

/** A world in which one thing goes wrong. Effects are what others can see: an entry of the ledger, a line of the journal, a connection, a script. */
export function troubled(world: World, trouble: Trouble | undefined): Troubled {
  let count = 0
  let come = false
  let fall: (how: 'still') => void = () => {}
  let wake: () => void = () => {}
  const still = new Promise<'still'>((resolve) => {
    fall = resolve
  })
  const woken = new Promise<void>((resolve) => {
    wake = resolve
  })
  const kind = trouble?.kind

  /** Where the process stands still, nothing goes on; a killed one for ever. */
  const stand = (): Promise<void> =>
    !come || kind !== 'stopped' ? (kind === 'killed' && come ? never : nothing) : woken

  async function effect<Result>(sort: Sort, work: () => Promise<Result>, broken: () => Result): Promise<Result> {
    await stand()
    count += 1
    const now = count === trouble?.effect
    if (now && trouble?.side === 'before') come = true
    if (come && now && (kind === 'killed' || kind === 'stopped')) fall('still')
    await stand()
    if (come && breaks(sort)) return broken()
    const result = await work()
    if (now && trouble?.side === 'after') {
      come = true
      if (kind === 'killed' || kind === 'stopped') fall('still')
      if (kind === 'cut' && sort === 'host') return broken()
    }
    await stand()
    return result
  }

  const breaks = (sort: Sort): boolean =>
    (kind === 'cut' && sort === 'host') ||
    (kind === 'ledger' && sort === 'ledger') ||
    (kind === 'disk' && sort === 'journal')

  const session = (opened: HostSession): HostSession => ({
    target: opened.target,
    read: (script, options) =>
      effect(
        'host',
        () => opened.read(script, options),
        () => cutOff,
      ),
    run: (script, options) =>
      effect(
        'host',
        () => opened.run(script, options),
        () => cutOff,
      ),
    close: () => opened.close(),
  })
  return {
    still,
    wake: () => wake(),
    came: () => come,
    world: {
      ...world,
      ledger: async () => {
        const ledger = await world.ledger()
        return { ...ledger, append: (prepare) => effect('ledger', () => ledger.append(prepare), unreachable) }
      },
      journal: async () => {
        const journal = await world.journal()
        return {
          append: (change, entry) => effect('journal', () => journal.append(change, entry), full),
          read: (change) => journal.read(change),
          remove: (change) => effect('journal', () => journal.remove(change), full),
        }
      },
      connector: async () => {
        const connector = await world.connector()
        return {
          connect: (target, options) =>
            effect(
              'host',
              async () => {
                const opened = await connector.connect(target, options)
                return isFailure(opened) ? opened : session(opened)
              },
              () => ({ failed: 'host-unreachable' as const, detail: 'no route' }),
            ),
          close: () => connector.close(),
        }
      },
    },
  }
}

const nothing = Promise.resolve()

function unreachable(): never {
  throw new RepositoryError('remote-unreachable', 'the remote does not answer', 'try again later')
}

function full(): never {
  throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
}
