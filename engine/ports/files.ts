/** A set of files by path: a commit's tree, or the working folder. Bytes are read only where they are asked for. */
export interface Files {
  /** Sorted by path; forward slashes. */
  readonly entries: readonly FileEntry[]
  /** Bytes by path; a file that has gone meanwhile is left out. */
  read(entries: readonly FileEntry[]): Promise<ReadonlyMap<string, Uint8Array>>
  /** Bytes of one file at once: slow unless `oneByOne`, for the places of findings in files that were not read again. */
  readNow(entry: FileEntry): Uint8Array
  /** True where `readNow` costs no more than `read`: nothing has to be read ahead then, and held until it is needed. */
  readonly oneByOne?: boolean
  /**
   * Parses files into the cache of documents with all cores, where there are so many that it pays. What has findings is left
   * to whoever loads it. `limits` are those of the estate.
   */
  parseAhead?(entries: readonly FileEntry[], limits: Readonly<Record<string, number>>): Promise<void>
}

export interface FileEntry {
  readonly path: string
  /** git's mode; links (120000) and submodules (160000) are no files. */
  readonly mode: string
  readonly size: number
  /** git's object id, where it is known to be that of the content: parsed documents are kept by it. */
  readonly blob?: string
}

/** How a working folder differs from the commit that is checked out, as git sees it. */
export interface WorkState {
  readonly commit: string
  /** Files that differ or that git does not know, by path below the estate's root; the object that the commit has there. */
  readonly changed: ReadonlyMap<string, string | undefined>
  /** The bytes of an ordinary file as it lies there now; undefined for anything else. */
  read(path: string): Uint8Array | undefined
  /** Another text whenever a file was written meanwhile, came or went. */
  stamp(path: string): string
}
