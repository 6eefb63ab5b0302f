export const formats = ['tar', 'tar.gz', 'tar.bz2', 'tar.xz', 'tar.zst', 'zip'] as const
export type Format = (typeof formats)[number]

export type ArchiveSpec = {
  readonly path: string
  readonly url?: string
  /** `sha256:` and hex digits. */
  readonly checksum?: string
  readonly format?: Format
  readonly header?: string
  readonly timeout?: number
  readonly maxSize?: number
  readonly strip?: number
  readonly owner?: string
  readonly group?: string
  readonly mutable?: boolean
  readonly ensure?: 'present' | 'absent'
  // ---
  /** Added by a rollback: checksum of the archive whose tree was kept beside. */
  readonly kept?: string
}

export type ArchiveState = {
  /** Checksum of the archive that was unpacked. */
  readonly checksum: string
  readonly owner: string
  readonly group: string
  readonly strip: number
  /** False where something below the folder was changed since. */
  readonly intact: boolean
}

/** What the names of archives end in; undefined where they end otherwise. */
export function formatOf(url: string): Format | undefined {
  const name = url.replace(/[?#].*$/s, '').toLowerCase()
  const short: readonly (readonly [string, Format])[] = [
    ['.tgz', 'tar.gz'],
    ['.tbz2', 'tar.bz2'],
    ['.txz', 'tar.xz'],
  ]
  return formats.find((f) => name.endsWith(`.${f}`)) ?? short.find(([end]) => name.endsWith(end))?.[1]
}

/** Where the host notes what was unpacked to a path. */
export const noteOf = (path: string): string =>
  `/var/lib/plumbline/archives/${encodeURIComponent(path.slice(1)).replaceAll('%2F', ',')}`
