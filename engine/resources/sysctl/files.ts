import { splitFirst } from '../observed.ts'
import { keyForm, plainKey, plainValue } from './spec.ts'

/** A file that is read when the host starts. */
export interface SysctlFile {
  /** What it sorts by. */
  readonly name: string
  readonly path: string
  readonly settings: readonly { readonly key: string; readonly value: string }[]
  /** Whether it holds nothing but what we understand: no pattern, no line that says nothing. */
  readonly plain: boolean
}

/** Earlier folders hide files of the same name in later ones. */
const folders = ['/etc/sysctl.d/', '/run/sysctl.d/', '/usr/local/lib/sysctl.d/', '/usr/lib/sysctl.d/', '/lib/sysctl.d/']

/** Files in the order in which they are read, of the lines `file I NAME PATH`, `line I TEXT` and `long I` of the probe. */
export function filesOf(lines: readonly { readonly tag: string; readonly rest: string }[]): readonly SysctlFile[] {
  const byName = new Map<string, { readonly number: string; readonly path: string }>()
  const texts = new Map<string, string[]>()
  const long = new Set<string>()
  for (const { tag, rest } of lines) {
    const [number, text] = splitFirst(rest)
    if (tag === 'line') texts.set(number, [...(texts.get(number) ?? []), text])
    else if (tag === 'long') long.add(number)
    else if (tag === 'file') {
      const [name, path] = splitFirst(text)
      const other = byName.get(name)
      if (other === undefined || place(path) < place(other.path)) byName.set(name, { number, path })
    }
  }
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { number, path }]) => {
      const settings = (texts.get(number) ?? []).map(settingOf)
      return {
        name,
        path,
        settings: settings.flatMap((s) => s ?? []),
        plain: !long.has(number) && !settings.includes(undefined),
      }
    })
}

function place(path: string): number {
  const found = folders.findIndex((folder) => path.startsWith(folder))
  return found < 0 ? 0 : found
}

/** A minus before a key says that the host may fail to set it without a word. */
function settingOf(line: string): { readonly key: string; readonly value: string } | undefined {
  const parts = /^-?\s*([^\s=]+)\s*=(.*)$/.exec(line.trim())
  const key = plainKey(parts?.[1] ?? '')
  return parts === null || !keyForm.test(key) ? undefined : { key, value: plainValue(parts[2] ?? '') }
}

/** What the last file that names a key says of it. */
export function persisted(
  files: readonly SysctlFile[],
  key: string,
): { readonly value: string; readonly file: SysctlFile } | undefined {
  for (const file of files.toReversed()) {
    const setting = file.settings.findLast((s) => s.key === key)
    if (setting !== undefined) return { value: setting.value, file }
  }
  return undefined
}
