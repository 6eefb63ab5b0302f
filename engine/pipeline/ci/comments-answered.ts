import { targetBranch, targetTip } from '../target-branch.ts'
import type { World } from '../world.ts'

/** The workflow that does what comments ask for. */
export const commentsFile = '.github/workflows/plumbline-comments.yml'

/**
 * Whether somebody answers `/plumbline …` comments, where whoever tells does not know: the branch has the workflow for it, and
 * GitHub runs what the branch has.
 */
export async function commentsAnswered(world: World): Promise<boolean> {
  const tip = await targetTip(world, await targetBranch(world))
  return tip !== undefined && (await world.treeFiles(tip)).entries.some((file) => file.path === commentsFile)
}
