import { layeredFiles } from '../layered-files.ts'
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

/** Files in the order in which they are read. */
export function filesOf(lines: readonly { readonly tag: string; readonly rest: string }[]): readonly SysctlFile[] {
  return layeredFiles(lines, 'file').map(({ name, path, lines: text, cut }) => {
    const settings = text.map(settingOf)
    return { name, path, settings: settings.flatMap((s) => s ?? []), plain: !cut && !settings.includes(undefined) }
  })
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
