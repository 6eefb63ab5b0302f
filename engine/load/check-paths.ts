import type { Diagnostic } from '../model/diagnostic.ts'
import { unsafeCharacterAt } from '../schema/unsafe-text.ts'
import { report } from './finding.ts'

/** Names that mean git's own folder on some machine. */
const gitFolder = /^(?:\.git|git~[0-9]+)[ .]*$/i

/** What is wrong with a path of a tree or with what stands there; undefined where it may be read. `mode` is git's. */
export function checkPath(path: string, mode: string | undefined): Diagnostic | undefined {
  const outside = (summary: string) => report('path-outside-repository', { summary, file: path })
  if (unsafeCharacterAt(path) !== -1 || /[\n\r\t]/.test(path)) {
    const shown = path.replace(/[^\x20-\x7e]/gu, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`)
    return report('unsafe-character', { summary: 'the path of the file holds an unsafe character', file: shown })
  }
  if (mode === '120000') return outside('a symbolic link is not followed')
  if (mode === '160000') return outside('a submodule is not read')
  if (path.startsWith('/') || path.includes('\\') || /^[A-Za-z]:/.test(path))
    return outside('the path is not inside the repository')
  const parts = path.split('/')
  if (parts.some((part) => part === '..' || part === '.' || part === ''))
    return outside('the path is not inside the repository')
  if (parts.some((part) => gitFolder.test(part))) return outside('the path leads into git’s own folder')
  return undefined
}

/** Paths that some machine takes for one another. */
export function pathCollisions(paths: readonly string[]): Diagnostic[] {
  const seen = new Map<string, string>()
  const found: Diagnostic[] = []
  for (const path of paths) {
    const folded = path.normalize('NFC').toLowerCase()
    const other = seen.get(folded)
    if (other === undefined) seen.set(folded, path)
    else
      found.push(
        report('path-collision', { summary: `on some machines this is the same file as ${other}`, file: path }),
      )
  }
  return found
}
