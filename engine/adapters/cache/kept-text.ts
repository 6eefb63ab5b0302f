import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import type { KeptText } from '../../ports/kept-text.ts'

/** One file: a line with the version of the engine and a checksum, and the text. */
export function openKeptText(path: string, engineVersion: string): KeptText {
  const firstLine = (text: string): string => `plumbline ${engineVersion} ${crc32(text).toString(16)}\n`
  return {
    read() {
      try {
        const held = readFileSync(path, 'utf8')
        const text = held.slice(held.indexOf('\n') + 1)
        return held.startsWith(firstLine(text)) ? text : undefined
      } catch {
        return undefined
      }
    },
    write(text) {
      const temporary = `${path}.${process.pid}`
      try {
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(temporary, firstLine(text) + text)
        renameSync(temporary, path)
      } catch {
        // The next run looks at everything.
      }
    },
  }
}
