import { createHash, randomBytes } from 'node:crypto'
import { link, lstat, mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { syncFolder } from './sync-folder.ts'

/**
 * Packs that clones of one user on one machine lend each other, so that what one of them wrote need not travel over the
 * remote to all others: a pack never changes, so that a second name for its file is all it takes, as for `git clone` of a
 * folder. Whoever borrows asks the remote all the same, and git looks whether something is missing. A courtesy that nothing
 * relies on: where a file or folder is not as expected, nothing is lent.
 */

/** Packs that are lent at most, the newest ones. */
const mostLent = 100
/** Milliseconds for which packs are lent: by then, whoever writes often has them, and they may be packed anew. */
const lentFor = 600_000
const packName = /^pack-(?:[0-9a-f]{40}|[0-9a-f]{64})$/
const commitId = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

export interface LentPacks {
  /** The folder that they lie in. */
  readonly folder: string
  readonly names: readonly string[]
  /** Where the ledger ends once the remote has what is about to be pushed, and the packs that are needed for that. */
  readonly ahead?: { readonly tip: string; readonly names: readonly string[] }
}

/** What is lent to those who write to the same place; undefined where nothing is. */
export async function lentAt(place: string): Promise<LentPacks | undefined> {
  try {
    const note = await noteOf(place)
    if ((await lstat(note)).mtimeMs < Date.now() - lentFor) return undefined
    const { folder, names, ahead } = JSON.parse(await readFile(note, 'utf8')) as Partial<LentPacks>
    if (typeof folder !== 'string' || !isAbsolute(folder) || !Array.isArray(names)) return undefined
    const lent = { folder, names: names.filter(isPackName) }
    if (typeof ahead?.tip !== 'string' || !commitId.test(ahead.tip) || !Array.isArray(ahead.names)) return lent
    return { ...lent, ahead: { tip: ahead.tip, names: ahead.names.filter(isPackName) } }
  } catch {
    return undefined
  }
}

const isPackName = (name: unknown): name is string => typeof name === 'string' && packName.test(name)

/** Says what is lent, instead of what was said before. */
export async function lendPacks(place: string, { folder, names, ahead }: LentPacks): Promise<void> {
  try {
    const note = await noteOf(place)
    const temporary = `${note}.${randomBytes(8).toString('hex')}`
    const text = JSON.stringify({ folder, names: names.slice(-mostLent), ahead })
    await writeFile(temporary, text, { mode: 0o600, flag: 'wx' })
    await rename(temporary, note)
  } catch {
    // The others fetch it then.
  }
}

/** The file that says it, in a folder that nobody else can read or write. Throws where there is none. */
async function noteOf(place: string): Promise<string> {
  const folder = join(process.env['XDG_RUNTIME_DIR'] || tmpdir(), `plumbline-${process.getuid?.()}`)
  await mkdir(folder, { mode: 0o700 }).catch(() => undefined)
  const found = await lstat(folder)
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0)
    throw new Error(`${folder} is not ours alone`)
  return join(folder, createHash('sha256').update(place).digest('hex'))
}

/**
 * Takes packs that somebody lends into a folder of packs, those that are not there yet. Returns the names that are there now.
 * Takes files of our own user only: nobody else can put anything into a clone. What can't be had, as from another file
 * system, stays away.
 */
export async function borrowPacks(lent: LentPacks, folder: string): Promise<readonly string[]> {
  const names: string[] = []
  let added = false
  await mkdir(folder, { recursive: true })
  for (const name of lent.names) {
    if (await isThere(join(folder, `${name}.idx`))) {
      names.push(name)
      continue
    }
    // The index comes last: without it git sees nothing.
    const taken =
      (await borrow(lent.folder, folder, `${name}.pack`)) && (await borrow(lent.folder, folder, `${name}.idx`))
    if (!taken) continue
    names.push(name)
    added = true
  }
  if (added) await syncFolder(folder)
  return names
}

async function borrow(from: string, to: string, file: string): Promise<boolean> {
  const path = join(to, file)
  if (await isThere(path)) return true
  // git knows this prefix for files that a dead process left, and clears them away.
  const temporary = join(to, `tmp_${randomBytes(8).toString('hex')}`)
  try {
    await link(join(from, file), temporary)
    // Looked at under our own name, which nobody else changes.
    const found = await lstat(temporary)
    const ours = found.isFile() && found.uid === process.getuid?.()
    if (ours) await rename(temporary, path)
    return ours
  } catch {
    // Not there any more, or in another file system.
    return false
  } finally {
    await unlink(temporary).catch(() => undefined)
  }
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  )
