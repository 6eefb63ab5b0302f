import { type LayeredFile, layeredFiles } from '../layered-files.ts'
import { plainName } from './spec.ts'

export interface ModuleFiles {
  /** What is loaded when the host starts. */
  readonly load: readonly LayeredFile[]
  /** What modprobe reads. */
  readonly probe: readonly LayeredFile[]
}

export const filesOf = (lines: readonly { readonly tag: string; readonly rest: string }[]): ModuleFiles => ({
  load: layeredFiles(lines, 'load'),
  probe: layeredFiles(lines, 'probe'),
})

/** What all files together say of a module. */
export function settingsOf(files: ModuleFiles, name: string) {
  const parameters: Record<string, string> = {}
  let blacklist = false
  for (const [command = '', module = '', ...rest] of files.probe.flatMap((f) => f.lines.map(wordsOf))) {
    if (plainName(module) !== name) continue
    if (command === 'blacklist') blacklist = true
    else if (command === 'options') {
      for (const word of rest) {
        const at = word.indexOf('=')
        parameters[at < 0 ? word : word.slice(0, at)] = at < 0 ? '' : word.slice(at + 1)
      }
    }
  }
  const boot = files.load.some((f) => f.lines.some((line) => plainName(line.trim()) === name))
  return { boot, blacklist, parameters: sorted(parameters) }
}

/** Modules that a file speaks of, where it says nothing else. */
export function modulesOf(file: LayeredFile, kind: 'load' | 'probe'): readonly string[] | undefined {
  if (file.cut) return undefined
  const names = file.lines.map((line) => {
    const words = wordsOf(line)
    if (kind === 'load') return words.length === 1 ? words[0] : undefined
    const [command, module, ...rest] = words
    const fine =
      command === 'blacklist'
        ? rest.length === 0
        : command === 'options' && rest.length > 0 && rest.every((w) => /^[A-Za-z0-9_.-]+=[^\s"'\\#]+$/.test(w))
    return fine ? module : undefined
  })
  return names.every((n) => n !== undefined && /^[A-Za-z0-9_-]{1,64}$/.test(n))
    ? names.flatMap((n) => (n === undefined ? [] : [plainName(n)]))
    : undefined
}

export const sorted = <V>(record: Readonly<Record<string, V>>): Record<string, V> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))

const wordsOf = (line: string): string[] => line.trim().split(/\s+/)
