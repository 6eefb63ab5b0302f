import type { Suspect } from '../../incidents/suspects.ts'
import { followLedger } from '../record-types/follow.ts'
import { writeRecords } from '../record-types/write.ts'
import type { Part } from '../work/part.ts'
import { suspectsOf } from './recent-changes.ts'

const shown = 3
const begin = 'recent changes on what it stands on, the likeliest to blame first'

/** Says on each new incident what was changed lately on what it stands on, so that whoever is paged reads it first. */
export const tellSuspects: Part = {
  name: 'suspects',
  async run(world, turn) {
    let told = 0
    const type = turn.types.get('incident')
    await followLedger(world, 'incident-suspects', 'now', async (move) => {
      if (type === undefined || move.type !== 'declared' || move.record.type !== 'incident' || move.move !== 'new')
        return
      const suspects = await suspectsOf(world, type, move.record, turn.hand.estate)
      if (suspects.length === 0) return
      told += await writeRecords(world, turn.hand, async (desk) => {
        const record = await desk.find('incident', move.id)
        // Followed again after a crash: it was said then.
        if (record === undefined || record.log.some((l) => l.by === 'engine' && l.text?.startsWith(begin))) return 0
        await desk.comment('incident', move.id, suspectsText(move.id, suspects))
        return 1
      })
    })
    return told
  },
}

function suspectsText(id: string, suspects: readonly Suspect[]): string {
  const lines = suspects
    .slice(0, shown)
    .map(({ id: change, title, score, because }, i) => `${i + 1}. ${change} ${title}: ${score}; ${because.join('; ')}`)
  return `${begin} (plumbline incident suspects ${id}):\n${lines.join('\n')}`.slice(0, 4_000)
}
