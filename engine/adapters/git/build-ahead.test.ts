import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { chmodSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { watch } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import type { LedgerView } from '../../ports/ledger.ts'
import { openGitLedger } from './git-ledger.ts'
import { lendPacks } from './lent-packs.ts'
import { appendNext, expectSound, fresh, hub, ownRuntimeFolder, removeScratch } from './test-ledger.ts'
import { openTestRepository, type TestRepository } from './test-repository.ts'
import { inTurn } from './turn.ts'

ownRuntimeFolder()
afterAll(removeScratch)

const packsOf = (r: TestRepository) => join(r.dir, '.git/objects/pack')
const placeOf = (bare: TestRepository) => `${bare.dir} ledger`
const many = { length: 40 }

async function appendMany(r: TestRepository, prepare = (view: LedgerView) => appendNext(view)): Promise<string[]> {
  const ledger = await openGitLedger(r.dir)
  const ids = await Promise.all(Array.from(many, () => ledger.append(prepare)))
  ledger.close()
  return ids
}

/** A remote with a ledger of 40 entries; one clone that has built 40 more which the remote has not, and another clone. */
async function twoClones() {
  const { bare, clone } = hub()
  const [ahead, other] = [clone(), clone()]
  await appendMany(ahead)
  const before = packNames(ahead)
  const elsewhere = fresh('elsewhere')
  cpSync(bare.dir, elsewhere, { recursive: true })
  ahead.git('remote', 'set-url', 'origin', elsewhere)
  await appendMany(ahead)
  ahead.git('remote', 'set-url', 'origin', bare.dir)
  const [base, tip] = [bare.git('rev-parse', 'ledger'), ahead.git('rev-parse', 'ledger')]
  const added = packNames(ahead).filter((name) => !before.includes(name))
  return { bare, ahead, other, base, tip, added }
}

type Two = Awaited<ReturnType<typeof twoClones>>

const packNames = (r: TestRepository) =>
  readdirSync(packsOf(r)).flatMap((file) => (file.endsWith('.idx') ? [file.slice(0, -4)] : []))

/** What a writer does whose batch is about to travel. */
const lendAhead = ({ bare, ahead }: Two, tip: string) =>
  lendPacks(placeOf(bare), { folder: packsOf(ahead), names: [], ahead: { tip, names: packNames(ahead) } })

/**
 * Another clone appends while somebody has the turn who tells of `tip`. Once that is taken from the note (and built on, where
 * it can be), `then` runs, and the turn is over. Tips on which the other was asked for its entries.
 */
async function meanwhile(two: Two, tip: string, then: () => unknown, prepare = appendNext, builds = true) {
  const seen: (string | undefined)[] = []
  const holder = new EventEmitter()
  const [hasTurn, asked] = [once(holder, 'has turn'), once(holder, 'asked')]
  const held = inTurn(placeOf(two.bare), async (turn) => {
    holder.emit('has turn')
    const taken = borrowed(two)
    await lendAhead(two, tip)
    turn.tell()
    await (builds ? asked : taken)
    await then()
  })
  await hasTurn
  const asks = (view: LedgerView) => {
    seen.push(view.tip)
    holder.emit('asked')
    return prepare(view)
  }
  const [outcome] = await Promise.allSettled([appendMany(two.other, asks), held])
  return { outcome, seen }
}

/** Until a clone has the last of the packs that the other lends. */
async function borrowed({ ahead, other }: Two): Promise<void> {
  const last = `${packNames(ahead).at(-1)}.idx`
  for await (const { filename } of watch(packsOf(other))) if (filename === last) return
}

const numbers = (from: number) => Array.from(many, (_, i) => String(i + from).padStart(6, '0'))

describe.runIf(process.platform === 'linux')('a batch is built while the one before it travels', () => {
  it('and goes on as it is, once the remote has the one before', async () => {
    const two = await twoClones()
    const { outcome, seen } = await meanwhile(two, two.tip, () => two.ahead.git('push', '-q', 'origin', 'ledger'))
    expect(outcome).toEqual({ status: 'fulfilled', value: numbers(81) })
    expect(seen).toHaveLength(40)
    expect(seen[0]).toBe(two.tip)
    expect(expectSound(two.bare)).toHaveLength(120)
    expect(expectSound(two.other)).toHaveLength(120)
  })

  it('and anew where the one before never arrived: nothing of it gets to the remote', async () => {
    const two = await twoClones()
    const { outcome, seen } = await meanwhile(two, two.tip, () => undefined)
    expect(outcome).toEqual({ status: 'fulfilled', value: numbers(41) })
    expect(seen).toHaveLength(80)
    expect([seen[0], seen[40]]).toEqual([two.tip, two.base])
    expect(expectSound(two.bare)).toHaveLength(80)
    expect(two.bare.succeeds('cat-file', '-e', two.tip)).toBe(false)
  })

  it('and anew where somebody else was faster', async () => {
    const two = await twoClones()
    const { outcome } = await meanwhile(two, two.tip, async () => {
      const third = fresh('third')
      two.ahead.git('clone', '-q', two.bare.dir, third)
      const ledger = await openGitLedger(third)
      // Not in turn, as from another machine.
      openTestRepository(third).git('remote', 'set-url', '--push', 'origin', `${two.bare.dir}/.`)
      await ledger.append((view) => appendNext(view))
      ledger.close()
    })
    expect(outcome).toEqual({ status: 'fulfilled', value: numbers(42) })
    expect(expectSound(two.bare)).toHaveLength(81)
  })

  it('what is refused on top of what never arrived is asked again', async () => {
    const two = await twoClones()
    const prepare = async (view: LedgerView) => {
      if ((await view.list('changes')).includes('000080.yaml') && view.tip === two.tip) throw new Error('taken')
      return appendNext(view)
    }
    const { outcome } = await meanwhile(two, two.tip, () => undefined, prepare)
    expect(outcome).toEqual({ status: 'fulfilled', value: numbers(41) })
    expect(expectSound(two.bare)).toHaveLength(80)
  })

  it('what is refused on top of what did arrive is refused for it alone', async () => {
    const two = await twoClones()
    let asked = 0
    const prepare = async (view: LedgerView) => {
      asked += 1
      if (view.tip === two.tip && asked < 5) throw new Error('taken')
      return appendNext(view)
    }
    const push = () => two.ahead.git('push', '-q', 'origin', 'ledger')
    const { outcome } = await meanwhile(two, two.tip, push, prepare)
    expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'taken' } })
  })

  it('a remote that takes entries back is found out all the same', async () => {
    const two = await twoClones()
    const known = await openGitLedger(two.other.dir)
    await known.view()
    known.close()
    const { outcome } = await meanwhile(two, two.tip, () => {
      two.bare.git('update-ref', 'refs/heads/ledger', `${two.base}~1`)
    })
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ledger-tampered' } })
    expect(two.bare.git('rev-parse', 'ledger')).toBe(two.bare.git('rev-parse', `${two.base}~1`))
    expect(two.other.git('rev-parse', 'ledger')).toBe(two.base)
  })

  it.each([
    'main',
    'HEAD^{tree}',
    '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  ])('a note that names %s as the end of the ledger harms nobody', async (name) => {
    const two = await twoClones()
    const tip = /^[0-9a-f]{40}$/.test(name) ? name : two.other.git('rev-parse', name)
    const { outcome, seen } = await meanwhile(two, tip, () => undefined, appendNext, name === 'main')
    expect(outcome).toEqual({ status: 'fulfilled', value: numbers(41) })
    expect(seen.at(-1)).not.toBe(tip)
    expect(expectSound(two.bare)).toHaveLength(80)
  })

  it('where the pack of it is damaged, nothing is built on it', async () => {
    const two = await twoClones()
    expect(two.added).toHaveLength(1)
    for (const name of two.added) {
      const file = join(packsOf(two.ahead), `${name}.pack`)
      const bytes = readFileSync(file)
      bytes.fill(0xff, 12, bytes.length - 20)
      chmodSync(file, 0o644)
      writeFileSync(file, bytes)
    }
    const { outcome, seen } = await meanwhile(two, two.tip, () => undefined, appendNext, false)
    expect(outcome).toEqual({ status: 'fulfilled', value: numbers(41) })
    expect(seen[0]).toBe(two.base)
    expect(expectSound(two.bare)).toHaveLength(80)
  })

  it('one that is killed after it told leaves nothing behind that stops the next', async () => {
    const two = await twoClones()
    const module = (name: string) => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)))
    const lent = { folder: packsOf(two.ahead), names: [], ahead: { tip: two.tip, names: packNames(two.ahead) } }
    const hold = `Promise.all([import(${module('./turn.ts')}), import(${module('./lent-packs.ts')})]).then(
      ([{ inTurn }, { lendPacks }]) => inTurn(${JSON.stringify(placeOf(two.bare))}, async (turn) => {
        await lendPacks(${JSON.stringify(placeOf(two.bare))}, ${JSON.stringify(lent)})
        turn.tell()
        process.stdout.write('told')
        return new Promise((resolve) => setTimeout(resolve, 1e9))
      }))`
    const child = spawn(process.execPath, ['--import', 'tsx', '-e', hold])
    await once(child.stdout, 'data')
    const tips: (string | undefined)[] = []
    const ids = await appendMany(two.other, (view) => {
      if (tips.length === 20) child.kill('SIGKILL')
      tips.push(view.tip)
      return appendNext(view)
    })
    expect(tips[0]).toBe(two.tip)
    expect(ids).toEqual(numbers(41))
    expect(expectSound(two.bare)).toHaveLength(80)
  })
})
