import { randomBytes } from 'node:crypto'
import { open, rename, unlink } from 'node:fs/promises'

/**
 * Writes a file so that nobody ever sees half of it, and its bytes are on the disk before its name is. The folder is not synced.
 *
 * @param prefix path of the temporary file up to its random part, in the same file system
 */
export async function writeWhole(path: string, prefix: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${prefix}${randomBytes(8).toString('hex')}`
  try {
    const file = await open(temporary, 'wx', 0o444)
    try {
      await file.writeFile(bytes)
      await file.datasync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    throw error
  }
}
