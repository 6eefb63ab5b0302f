import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { deflate } from 'node:zlib'
import pLimit from 'p-limit'
import { repositoryError } from './codes.ts'
import { syncFolder } from './sync-folder.ts'

type ObjectType = 'blob' | 'tree' | 'commit'
export type ObjectFormat = 'sha1' | 'sha256'

const compress = promisify(deflate)
/** Files written at once; more only wait for the disk. */
const parallel = 8

/**
 * Writes objects into the object database in process, as git writes loose objects. Ids are known at once; the files are
 * there, and on the disk, when `settle` returns. Until then `pending` has what was written. For one writer at a time.
 */
export class LooseObjects {
  readonly #folder: string
  readonly #format: ObjectFormat
  readonly #limit = pLimit(parallel)
  readonly #pending = new Map<string, { readonly type: ObjectType; readonly data: Buffer }>()
  #writes: Promise<void>[] = []
  #folders = new Set<string>()

  constructor(folder: string, format: ObjectFormat) {
    this.#folder = folder
    this.#format = format
  }

  write(type: ObjectType, data: Buffer): string {
    const header = Buffer.from(`${type} ${data.length}\0`)
    const id = createHash(this.#format).update(header).update(data).digest('hex')
    if (this.#pending.has(id)) return id
    this.#pending.set(id, { type, data })
    this.#writes.push(this.#limit(() => this.#store(id, Buffer.concat([header, data]))))
    return id
  }

  pending(id: string): { readonly type: ObjectType; readonly data: Buffer } | undefined {
    return this.#pending.get(id)
  }

  /** Waits until everything written is on the disk. Throws `repository-unwritable`. */
  async settle(): Promise<void> {
    const [writes, folders] = [this.#writes, this.#folders]
    this.#writes = []
    this.#folders = new Set()
    // All of them end before anything is thrown, so that no write is left running.
    const outcomes = await Promise.allSettled(writes)
    const failed = outcomes.find((o) => o.status === 'rejected')
    if (failed?.status === 'rejected') {
      this.#pending.clear()
      throw unwritable(failed.reason)
    }
    await Promise.all([...folders].map(syncFolder))
    this.#pending.clear()
  }

  async #store(id: string, bytes: Buffer): Promise<void> {
    const folder = join(this.#folder, id.slice(0, 2))
    const path = join(folder, id.slice(2))
    if (await stat(path).catch(() => undefined)) return
    // git knows this prefix for files that a dead writer left, and clears them away.
    const temporary = join(folder, `tmp_obj_${randomBytes(8).toString('hex')}`)
    const packed = await compress(bytes, { level: 1 })
    if ((await mkdir(folder, { recursive: true })) !== undefined) this.#folders.add(dirname(folder))
    try {
      const file = await open(temporary, 'wx', 0o444)
      try {
        await file.writeFile(packed)
        await file.datasync()
      } finally {
        await file.close()
      }
      await rename(temporary, path)
    } catch (error) {
      await unlink(temporary).catch(() => undefined)
      throw error
    }
    this.#folders.add(folder)
  }
}

function unwritable(reason: unknown): Error {
  const code = reason instanceof Error && 'code' in reason ? String(reason.code) : ''
  if (!/^(ENOSPC|EDQUOT|EROFS|EACCES|EPERM|EIO)$/.test(code))
    return reason instanceof Error ? reason : new Error(String(reason))
  return repositoryError('repository-unwritable', `the object database can't be written: ${code}`)
}
