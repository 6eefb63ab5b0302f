import { chmodSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { RepositoryError } from '../../ports/repository.ts'
import { codes } from './codes.ts'

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
    throw unlessDamaged(error, path)
  }
  return database
}

/** The same port, which puts its file aside where a question finds it damaged. What was put aside can only be closed. */
export function puttingAside<Port extends object>(port: Port, folder: string, file: string): Port {
  const path = join(folder, file)
  let isAside = false
  const told = (name: string, error: unknown): void => {
    if (isAside && name === 'close') return
    const said = unlessDamaged(error, path)
    isAside ||= said !== error
    throw said
  }
  const watched = Object.entries(port).map(([name, value]: [string, unknown]) => {
    if (typeof value !== 'function') return [name, value]
    const ask = (...given: unknown[]): unknown => {
      try {
        const answer: unknown = value.apply(port, given)
        return answer instanceof Promise ? answer.catch((error: unknown) => told(name, error)) : answer
      } catch (error) {
        return told(name, error)
      }
    }
    return [name, ask]
  })
  return Object.fromEntries(watched) as Port
}

/** The error itself; where it says that the file is damaged, the file goes aside, with what belongs to it, and that is said instead. */
function unlessDamaged(error: unknown, path: string): unknown {
  const { code } = error as { readonly code?: unknown }
  if (code !== 'SQLITE_CORRUPT' && code !== 'SQLITE_NOTADB') return error
  const aside = `${path}.damaged-${Date.now()}`
  for (const ending of ['-wal', '-shm', '']) if (existsSync(path + ending)) renameSync(path + ending, aside + ending)
  const said = `${path} was damaged, and is ${aside} now`
  return new RepositoryError('store-damaged', said, codes['store-damaged'].fix)
}

/** libsql closes a file only when its statements are collected, so what was written would stay in the log beside it. */
export function emptyLog(database: EmbeddedDatabase): void {
  database.exec('pragma wal_checkpoint(passive)')
}
