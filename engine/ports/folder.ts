import type { Founder } from '../model/founder.ts'

/** The working folder as `init` and `schemas` see it: the only thing that writes files of an estate. */
export interface Folder {
  exists(path: string): Promise<boolean>
  /** What is in it, apart from git's own and hidden files. */
  occupied(): Promise<readonly string[]>
  /** Writes files that are not there yet; those that are stay as they are. */
  write(files: ReadonlyMap<string, string>): Promise<void>
  /** Writes files, whether they are there or not. */
  replace(files: ReadonlyMap<string, string | Uint8Array>): Promise<void>
  /** Takes files away, and the folders that are empty then; those that are not there are none. */
  remove(paths: readonly string[]): Promise<void>
  /** Text of a file; undefined where there is none. */
  read(path: string): Promise<string | undefined>
  /** Makes a repository of it where it is none, and commits everything. */
  commitAll(branch: string, message: string): Promise<void>
  /** Who is at the keyboard, as git knows them. */
  founder(): Promise<Founder>
}
