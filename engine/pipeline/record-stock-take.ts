import { count } from '../model/count.ts'
import type { DeclaredRecord } from '../model/declared-record.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Json, JsonObject } from '../model/document.ts'
import type { StockTake } from '../practices/assets/take-stock.ts'
import { personsHand } from './record-types/hand.ts'
import { writeRecords } from './record-types/write.ts'
import { stockTake } from './stock-take.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import type { World } from './world.ts'

/** As many findings as a record keeps in words; its counts know of all. */
const most = 2_000

type Taken = Extract<Awaited<ReturnType<typeof stockTake>>, { readonly taken: StockTake }>

/** Takes stock against the target branch as it stands, and writes down in the ledger what was met and what was not. */
export async function recordStockTake(
  world: World,
  options: { readonly file: string; readonly at: readonly string[]; readonly commit?: string },
): Promise<(Taken & { readonly record: DeclaredRecord }) | { readonly refused: readonly Diagnostic[] }> {
  const hand = await personsHand(world)
  if ('refused' in hand) return hand
  const commit = options.commit ?? (await targetTip(world, await targetBranch(world)))
  const made = await stockTake(world, { ...options, ...(commit !== undefined && { commit }) })
  if ('refused' in made) return made
  const { taken, treeish, digest } = made
  const findings = findingsOf(taken)
  const where = taken.places.length === 0 ? 'everywhere' : taken.places.join(', ')
  const record = await writeRecords(world, hand, (desk) =>
    desk.open('stock-take', {
      title: `Stock taken ${taken.places.length === 0 ? '' : 'at '}${where}`,
      text: findings.length === 0 ? 'all is in its place' : `${count(findings.length, 'finding')}`,
      fields: {
        places: taken.places.slice(0, 1_000),
        list: options.file.replace(/^.*[/\\]/, '').slice(0, 300),
        digest,
        ...(/^[0-9a-f]{40,64}$/.test(treeish) && { commit: treeish }),
        counts: {
          found: taken.found.length,
          elsewhere: taken.elsewhere.length,
          missing: taken.missing.length,
          unexpected: taken.unexpected.length,
        },
        findings: findings.slice(0, most) as Json,
      },
    }),
  )
  return { ...made, record }
}

function findingsOf({ missing, elsewhere, unexpected }: StockTake): readonly JsonObject[] {
  const cut = (text: string): string => text.slice(0, 200)
  return [
    ...missing.map((m) => ({
      what: 'missing',
      asset: m.asset,
      detail: `${m.asset} was not met${m.written === undefined ? '' : `; documents have it at ${m.written}`}`,
    })),
    ...elsewhere.map((m) => ({
      what: 'elsewhere',
      asset: m.asset,
      detail: `${m.asset} was met at ${m.seen}${m.written === undefined ? '' : `; documents have it at ${m.written}`}`,
    })),
    ...unexpected.map((u) => ({
      what: 'unexpected',
      mark: cut(u.mark),
      ...(u.asset !== undefined && { asset: u.asset }),
      detail: `${cut(u.mark)}${u.seen === undefined ? '' : ` at ${u.seen}`}: ${cut(u.because)}`,
    })),
  ]
}
