import type { WorkState } from '../../ports/files.ts'
import { loadNoted } from '../estate.ts'
import type { EstateAt } from '../estate-at.ts'
import type { Validation } from '../validation.ts'
import type { World } from '../world.ts'
import { changedFiles, mostChanged, writeVerdict } from './kept-verdict.ts'
import { contentReader, rolesOfFiles } from './standing-verdict.ts'

/** Judges the working folder, and keeps the verdict where that pays and the next run can see by files alone whether it still holds. */
export async function judgeAndKeep(
  world: World,
  state: WorkState,
  judge: (estate: EstateAt) => Validation,
  keptFrom: number,
): Promise<Validation> {
  let asked = false
  const watched: World = {
    ...world,
    ledger: () => {
      asked = true
      return world.ledger()
    },
  }
  const at = world.clock.now().toISOString()
  const stamp = stampOf(state)
  const estate = await loadNoted(watched, state, keptFrom)
  const validation = judge(estate)
  const { noted, config } = estate
  // What the ledger says changes without any file.
  if (noted === undefined || asked || state.changed.size > mostChanged) return validation
  const now = await world.workState()
  // Somebody may have written while we looked.
  if (now === undefined || stampOf(now) !== stamp) return validation
  const { reads, policies, sources } = noted
  const known = { config, sources }
  const roleOf = rolesOfFiles(known)
  const changed = changedFiles(now, (path) => roleOf(path) !== undefined, contentReader(world, known))
  await writeVerdict(world, { validation, at, commit: now.commit, reads, policies, ...known, changed })
  return validation
}

/** Another text whenever something in the folder changed. */
const stampOf = ({ commit, changed, stamp }: WorkState): string =>
  JSON.stringify([commit, [...changed].map(([path, committed]) => [path, committed, stamp(path)])])
