import { createHash } from 'node:crypto'
import { mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { deflate } from 'node:zlib'
import pLimit from 'p-limit'
import { repositoryError } from './codes.ts'
import { type PackedObject, writePack } from './pack.ts'
import { syncFolder } from './sync-folder.ts'
import { writeWhole } from './write-whole.ts'

export type ObjectFormat = 'sha1' | 'sha256'

const compress = promisify(deflate)
/** Files written at once; more only wait for the disk. */
const parallel = 8
/** From so many objects on they are written as one pack. */
const packFrom = 64
/** Offsets in the index of a pack have 31 bits. */
const packUpTo = 1 << 30

/**
 * Writes objects into the object database in process. Ids are known at once; the objects are on the disk when `settle`
 * returns. Until then `pending` has what was written. For one writer at a time.
 */
export class ObjectWriter {
  readonly #folder: string
  readonly #format: ObjectFormat
  readonly #pending = new Map<string, PackedObject>()
  /** What was written last of each type. */
  readonly #last = new Map<string, string>()

  constructor(folder: string, format: ObjectFormat) {
    this.#folder = folder
    this.#format = format
  }

  /** @param like id of an object that this one resembles, if it was written just before, too; else the last of its type does. */
  write(type: PackedObject['type'], data: Buffer, like = this.#last.get(type)): string {
    const id = createHash(this.#format).update(headerOf(type, data)).update(data).digest('hex')
    this.#last.set(type, id)
    if (!this.#pending.has(id)) this.#pending.set(id, { id, type, data, ...(like !== undefined && { like }) })
    return id
  }

  pending(id: string): PackedObject | undefined {
    return this.#pending.get(id)
  }

  /** Puts everything written onto the disk. Returns the name of the pack where it was worth one. Throws `repository-unwritable`. */
  async settle(): Promise<string | undefined> {
    const objects = [...this.#pending.values()]
    const bytes = objects.reduce((sum, { data }) => sum + data.length, 0)
    try {
      const packed = objects.length >= packFrom && bytes <= packUpTo
      const pack = packed ? await writePack(join(this.#folder, 'pack'), this.#format, objects) : undefined
      if (!packed) await this.#writeLoose(objects)
      this.#pending.clear()
      this.#last.clear()
      return pack
    } catch (error) {
      throw unwritable(error)
    }
  }

  async #writeLoose(objects: readonly PackedObject[]): Promise<void> {
    const limit = pLimit(parallel)
    const folders = new Set<string>()
    // All of them end before anything is thrown, so that no write is left running.
    const outcomes = await Promise.allSettled(objects.map((object) => limit(() => this.#store(object, folders))))
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
    await Promise.all([...folders].map(syncFolder))
  }

  async #store({ id, type, data }: PackedObject, folders: Set<string>): Promise<void> {
    const folder = join(this.#folder, id.slice(0, 2))
    const path = join(folder, id.slice(2))
    if (await stat(path).catch(() => undefined)) return
    const packed = await compress(Buffer.concat([headerOf(type, data), data]), { level: 1 })
    if ((await mkdir(folder, { recursive: true })) !== undefined) folders.add(dirname(folder))
    // git knows this prefix for files that a dead writer left, and clears them away.
    await writeWhole(path, join(folder, 'tmp_obj_'), packed)
    folders.add(folder)
  }
}

function headerOf(type: string, data: Buffer): Buffer {
  return Buffer.from(`${type} ${data.length}\0`)
}

function unwritable(reason: unknown): Error {
  const code = reason instanceof Error && 'code' in reason ? String(reason.code) : ''
  if (!/^(ENOSPC|EDQUOT|EROFS|EACCES|EPERM|EIO)$/.test(code))
    return reason instanceof Error ? reason : new Error(String(reason))
  return repositoryError('repository-unwritable', `the object database can't be written: ${code}`)
}
