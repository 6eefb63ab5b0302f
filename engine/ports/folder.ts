import type { Founder } from '../model/founder.ts'

/** The working folder as `init` sees it: the only thing that writes files of an estate. */
export interface Folder {
  exists(path: string): Promise<boolean>
  /** What is in it, apart from git's own and hidden files. */
  occupied(): Promise<readonly string[]>
  write(files: ReadonlyMap<string, string>): Promise<void>
  /** Makes a repository of it where it is none, and commits everything. */
  commitAll(branch: string, message: string): Promise<void>
  /** Who is at the keyboard, as git knows them. */
  founder(): Promise<Founder>
}
