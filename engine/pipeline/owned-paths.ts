import type { OwnedPaths } from '../change/owners.ts'
import type { EstateAt } from './estate-at.ts'
import type { World } from './world.ts'

/** What a merge result changes, where CODEOWNERS of the base may say who owns it. */
export async function ownedPaths(world: World, base: EstateAt, tree: string): Promise<{ readonly owned?: OwnedPaths }> {
  const { codeOwners } = base
  if (codeOwners === undefined) return {}
  const changes = await (await world.repository()).changes(base.treeish, tree)
  return { owned: { codeOwners, paths: changes.map((c) => c.path) } }
}
