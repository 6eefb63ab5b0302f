import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { FileEntry, Files } from '../../ports/files.ts'
import { childEnvironment } from '../process/child-environment.ts'

const run = promisify(execFile)

/**
 * The files of a working folder. Where git knows a file and says it is unchanged, its object id comes from the index, so
 * that an unchanged file is neither read nor parsed again. Without git, the folder is walked.
 */
export async function workFiles(root: string): Promise<Files> {
  const entries = (await fromIndex(root)) ?? (await walk(root))
  entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  return {
    entries,
    readNow: (entry) => readFileSync(join(root, entry.path)),
    oneByOne: true,
    // One after the other: for files as small as these, handing each to a thread costs ten times the reading.
    async read(wanted: readonly FileEntry[]) {
      const found = new Map<string, Uint8Array>()
      for (const { path } of wanted) {
        try {
          found.set(path, readFileSync(join(root, path)))
        } catch {
          // It went away since it was listed.
        }
      }
      return found
    },
  }
}

async function fromIndex(root: string): Promise<FileEntry[] | undefined> {
  try {
    const [staged, status, shown] = await Promise.all([
      git(root, ['ls-files', '-z', '--stage']),
      git(root, ['status', '--porcelain', '-z', '--untracked-files=all', '--no-renames', '--', '.']),
      git(root, ['rev-parse', '--show-prefix']),
    ])
    const prefix = shown.trim()
    const changed = new Set(
      status
        .split('\0')
        .filter((l) => l.length > 3)
        .map((l) => l.slice(3 + prefix.length)),
    )
    return [...indexed(staged, changed), ...(await Promise.all([...changed].map((path) => onDisk(root, path)))).flat()]
  } catch {
    return undefined
  }
}

function* indexed(staged: string, changed: ReadonlySet<string>): Iterable<FileEntry> {
  for (const line of staged.split('\0')) {
    const tab = line.indexOf('\t')
    if (tab < 0) continue
    const path = line.slice(tab + 1)
    const [mode = '', blob = ''] = line.slice(0, tab).split(' ')
    // The size of an unchanged file is looked at only when it is read.
    if (!changed.has(path)) yield { path, mode, size: 0, blob }
  }
}

async function onDisk(root: string, path: string): Promise<FileEntry[]> {
  const found = await lstat(join(root, path)).catch(() => undefined)
  if (found === undefined || found.isDirectory()) return []
  const mode = found.isSymbolicLink() ? '120000' : found.isFile() ? '100644' : '160000'
  return [{ path, mode, size: found.size }]
}

async function walk(root: string): Promise<FileEntry[]> {
  const entries: FileEntry[] = []
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const item of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? item.name : `${folder}/${item.name}`
      if (item.name === '.git' || item.name === 'node_modules') continue
      if (item.isDirectory()) folders.push(path)
      else entries.push(...(await onDisk(root, path)))
    }
  }
  return entries
}

async function git(cwd: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run('git', [...args], {
    cwd,
    maxBuffer: 1 << 30,
    env: { ...childEnvironment(), GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' },
  })
  return stdout
}
