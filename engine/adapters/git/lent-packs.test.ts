import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openGitLedger } from './git-ledger.ts'
import { borrowPacks, lendPacks, lentAt } from './lent-packs.ts'
import { appendNext, expectSound, fresh, hub, ownRuntimeFolder, removeScratch } from './test-ledger.ts'
import type { TestRepository } from './test-repository.ts'

const runtime = ownRuntimeFolder()
afterAll(removeScratch)

const name = (digit: string) => `pack-${digit.repeat(40)}`
const packsOf = (r: TestRepository) => join(r.dir, '.git/objects/pack')

function folderWith(...names: readonly string[]): string {
  const folder = fresh('packs')
  mkdirSync(folder, { recursive: true })
  for (const pack of names) for (const end of ['pack', 'idx']) writeFileSync(join(folder, `${pack}.${end}`), pack)
  return folder
}

describe('a note of packs', () => {
  it('is read by whoever writes to the same place, and by nobody else', async () => {
    const lent = { folder: '/somewhere', names: [name('1'), name('2')] }
    expect(await lentAt('a')).toBeUndefined()
    await lendPacks('a', lent)
    expect(await lentAt('a')).toEqual(lent)
    expect(await lentAt('b')).toBeUndefined()
    const [folder = ''] = readdirSync(runtime())
    expect(statSync(join(runtime(), folder)).mode & 0o777).toBe(0o700)
  })

  it('counts for some minutes, and only where nobody else could have written it', async () => {
    await lendPacks('a', { folder: '/somewhere', names: [name('1')] })
    const folder = join(runtime(), readdirSync(runtime())[0] ?? '')
    chmodSync(folder, 0o777)
    expect(await lentAt('a')).toBeUndefined()
    chmodSync(folder, 0o700)
    expect(await lentAt('a')).toBeDefined()
    utimesSync(join(folder, readdirSync(folder)[0] ?? ''), new Date(0), new Date(0))
    expect(await lentAt('a')).toBeUndefined()
  })

  it.each([
    '',
    '{',
    '[]',
    'null',
    '{"folder":"relative","names":[]}',
    '{"folder":"/x","names":1}',
  ])('that says %j lends nothing', async (text) => {
    await lendPacks('a', { folder: '/somewhere', names: [] })
    const folder = join(runtime(), readdirSync(runtime())[0] ?? '')
    writeFileSync(join(folder, readdirSync(folder)[0] ?? ''), text)
    expect(await lentAt('a')).toBeUndefined()
  })

  it('says where the ledger ends once what travels is there, if it names a commit', async () => {
    const lent = { folder: '/somewhere', names: [name('1')] }
    const ahead = { tip: 'a'.repeat(40), names: [name('2')] }
    await lendPacks('a', { ...lent, ahead })
    expect(await lentAt('a')).toEqual({ ...lent, ahead })
    await lendPacks('a', { ...lent, ahead: { ...ahead, names: ['../config', name('2')] } })
    expect(await lentAt('a')).toEqual({ ...lent, ahead })
    for (const tip of ['', 'HEAD', `${'a'.repeat(40)}^`, 'a'.repeat(41)]) {
      await lendPacks('a', { ...lent, ahead: { ...ahead, tip } })
      expect(await lentAt('a')).toEqual(lent)
    }
  })

  it('names packs only', async () => {
    await lendPacks('a', { folder: '/somewhere', names: ['../../config', `${name('1')}.pack`, '', name('2')] })
    expect((await lentAt('a'))?.names).toEqual([name('2')])
  })
})

describe('borrowing', () => {
  it('takes what is not there yet, leaves out what is gone, and no temporary file', async () => {
    const [from, to] = [folderWith(name('1'), name('2')), folderWith(name('1'))]
    expect(await borrowPacks({ folder: from, names: [name('1'), name('2'), name('3')] }, to)).toEqual([
      name('1'),
      name('2'),
    ])
    expect(readdirSync(to).sort()).toEqual(
      [name('1'), name('2')].flatMap((pack) => [`${pack}.idx`, `${pack}.pack`]).sort(),
    )
    expect(statSync(join(to, `${name('2')}.idx`)).ino).toBe(statSync(join(from, `${name('2')}.idx`)).ino)
    expect(await borrowPacks({ folder: fresh('nowhere'), names: [name('4')] }, to)).toEqual([])
  })

  it('takes no link and no folder', async () => {
    const [from, to] = [folderWith(), folderWith()]
    for (const end of ['pack', 'idx']) symlinkSync('/etc/hostname', join(from, `${name('1')}.${end}`))
    mkdirSync(join(from, `${name('2')}.pack`))
    expect(await borrowPacks({ folder: from, names: [name('1'), name('2')] }, to)).toEqual([])
    expect(readdirSync(to)).toEqual([])
  })
})

describe('clones of one remote', () => {
  const many = { length: 40 }
  const appendMany = async (r: TestRepository) => {
    const ledger = await openGitLedger(r.dir)
    const ids = await Promise.all(Array.from(many, () => ledger.append((view) => appendNext(view))))
    ledger.close()
    return ids
  }

  it('have the packs of each other, and go on from there', async () => {
    const { bare, clone } = hub()
    const [a, b] = [clone(), clone()]
    await appendMany(a)
    const written = readdirSync(packsOf(a)).filter((file) => file.endsWith('.idx'))
    expect(await appendMany(b)).toEqual(Array.from(many, (_, i) => String(i + 41).padStart(6, '0')))
    expect(readdirSync(packsOf(b))).toEqual(expect.arrayContaining(written))
    expect(expectSound(bare)).toHaveLength(80)
    expect(expectSound(b)).toHaveLength(80)
    rmSync(a.dir, { recursive: true })
    expect(expectSound(b)).toHaveLength(80)
  })

  it('fetch what is not lent: what came after in small pieces, and packs that are gone', async () => {
    const { bare, clone } = hub()
    const [a, b, c] = [clone(), clone(), clone()]
    await appendMany(a)
    const note = join(runtime(), readdirSync(runtime())[0] ?? '')
    const lender = await openGitLedger(a.dir)
    await lender.append((view) => appendNext(view))
    lender.close()
    expect(await appendMany(b)).toHaveLength(40)
    // The lender's packs are gone, the note still names them.
    expect(readdirSync(note)).toHaveLength(1)
    rmSync(b.dir, { recursive: true })
    expect(await appendMany(c)).toHaveLength(40)
    expect(expectSound(bare)).toHaveLength(121)
    expect(expectSound(c)).toHaveLength(121)
  })
})
