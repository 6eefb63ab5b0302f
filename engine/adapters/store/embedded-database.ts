import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'

export type EmbeddedDatabase = InstanceType<typeof Database>

export interface EmbeddedOptions {
  /** `full`: what was written is on the disk once it returns. `normal`: a crash of the machine may cost the last writes, never the file. */
  readonly synchronous: 'full' | 'normal'
  /** Makes the tables, and whatever else has to be there. */
  readonly furnish: (database: EmbeddedDatabase) => void
}

/** Opens a database in a file of its own, for this user alone: what is in it is nobody else's business. */
export function openEmbeddedDatabase(folder: string, file: string, options: EmbeddedOptions): EmbeddedDatabase {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, file)
  const database = new Database(path, { timeout: 10_000 })
  try {
    chmodSync(path, 0o600)
    database.exec('pragma journal_mode = wal')
    database.exec(`pragma synchronous = ${options.synchronous}`)
    options.furnish(database)
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

/** libsql closes a file only when its statements are collected, so what was written would stay in the log beside it. */
export function emptyLog(database: EmbeddedDatabase): void {
  database.exec('pragma wal_checkpoint(passive)')
}
