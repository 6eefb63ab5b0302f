import type { Address } from '../model/address.ts'
import { type Diagnostic, hasErrors } from '../model/diagnostic.ts'
import type { ReportResult } from '../model/practice.ts'
import { stockResult } from '../practices/assets/stock-result.ts'
import { type StockTake, takeStock } from '../practices/assets/take-stock.ts'
import { loadMeant } from './estate.ts'
import { placeNamed, readStockList } from './stock-list.ts'
import type { World } from './world.ts'

/** Compares a list of what was seen in rooms and racks with the assets of the working folder or a commit. */
export async function stockTake(
  world: World,
  options: { readonly file: string; readonly at: readonly string[]; readonly commit?: string },
): Promise<
  | {
      readonly result: ReportResult
      readonly of: string
      readonly unsound: boolean
      /** Whether all is where the documents have it. */
      readonly right: boolean
      readonly taken: StockTake
      /** The commit that it was compared with; `work` for the working folder. */
      readonly treeish: string
      /** `sha256:…` of the list. */
      readonly digest: string
    }
  | { readonly refused: readonly Diagnostic[] }
> {
  const text = await world.readText(options.file)
  const { graph, diagnostics, treeish } = await loadMeant(world, options.commit)
  const named = options.at.map((name) => placeNamed(graph, name))
  const refused = named.filter((p): p is Diagnostic => typeof p !== 'string')
  if (refused.length > 0) return { refused }
  const places = named.filter((p): p is Address => typeof p === 'string')
  // In which of several places something was seen only the list can say.
  const list = await readStockList(text, options.file, graph, places.length === 1 ? places[0] : undefined)
  if ('refused' in list) return list
  const taken = takeStock(graph, {
    scans: list.scans.filter((s) => s.mark !== ''),
    places: [...places, ...list.scans.flatMap((s) => s.place ?? [])],
  })
  const of = options.commit === undefined ? 'the working folder' : `commit ${treeish.slice(0, 12)}`
  return {
    result: stockResult(taken),
    of: `${options.file} and ${of}, ${world.clock.now().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    unsound: hasErrors(diagnostics),
    ...{ taken, treeish, digest: `sha256:${world.sha256(text)}` },
    right: taken.missing.length + taken.elsewhere.length + taken.unexpected.length === 0,
  }
}
