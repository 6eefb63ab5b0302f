import type { RecordType } from '../../model/declared-record.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { RecordIndex } from '../../ports/record-index.ts'
import type { RecordHand } from '../record-types/hand.ts'
import type { World } from '../world.ts'

/** What the parts of one turn of work go by. */
export interface Turn {
  /** The engine, by itself; its `estate` is the target branch as far as it was agreed to. */
  readonly hand: RecordHand
  readonly types: ReadonlyMap<string, RecordType>
  /** The index of records, brought up to what the ledger holds by now. */
  readonly index: () => Promise<RecordIndex>
  /** Says what could not be done; the turn goes on. */
  readonly tell: (diagnostic: Diagnostic) => void
}

/** Something that follows from what happened or from time that went by: looked after again and again, and done once. */
export interface Part {
  readonly name: string
  /** @returns how much it did */
  run(world: World, turn: Turn): Promise<number>
}
