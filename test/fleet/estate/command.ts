import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from '../harness/lock.ts'
import { must } from '../harness/run.ts'

const root = join(import.meta.dirname, '../../..')
const cache = join(root, 'node_modules/.cache/plumbline-test')

/**
 * The command as a user has it: `dist/plumbline.js`, built again where the engine is newer. It is copied, so that a build
 * that happens meanwhile does not pull it from under a command that runs.
 */
export async function builtCommand(): Promise<{ readonly file: string; remove(): void }> {
  mkdirSync(cache, { recursive: true })
  const copy = mkdtempSync(join(cache, 'command-'))
  const remove = () => rmSync(copy, { recursive: true, force: true })
  try {
    await withLock(join(cache, 'lock'), async () => {
      if (newest(join(root, 'dist')) < Math.max(newest(join(root, 'engine')), newest(join(root, 'schemas'))))
        await must('npm', ['run', '--silent', 'build'], { cwd: root, timeout: 300_000 })
      cpSync(join(root, 'dist'), copy, { recursive: true })
    })
  } catch (error) {
    remove()
    throw error
  }
  return { file: join(copy, 'plumbline.js'), remove }
}

/** When the newest file below a folder was written; what the build itself writes does not count. */
function newest(folder: string): number {
  let latest = 0
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) {
        if (entry.name !== 'generated') latest = Math.max(latest, newest(path))
      } else if (!entry.name.endsWith('.test.ts')) latest = Math.max(latest, statSync(path).mtimeMs)
    }
  } catch {
    return latest
  }
  return latest
}
