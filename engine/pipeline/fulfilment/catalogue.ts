import { nameOf } from '../../model/address.ts'
import { reporter } from '../../model/diagnostic.ts'
import { type CatalogItem, catalogItem, catalogOf } from '../../records/catalog.ts'
import { codes } from '../codes.ts'
import { loadCommit, loadWork } from '../estate.ts'
import { refusal } from '../records.ts'
import { targetBranch, targetTip } from '../target-branch.ts'
import type { World } from '../world.ts'

const report = reporter(codes)

/** What can be asked for, by the target branch as it stands; one item, where one is named. */
export async function catalogItems(world: World, name?: string): Promise<readonly CatalogItem[]> {
  const tip = await targetTip(world, await targetBranch(world))
  const { graph } = tip === undefined ? await loadWork(world) : await loadCommit(world, tip)
  if (name === undefined) return catalogOf(graph)
  const item = catalogItem(graph, nameOf(name))
  if (item === undefined)
    throw refusal(report('catalog-item-unknown', { summary: `there is no CatalogItem/${name} on the target branch` }))
  return [item]
}
