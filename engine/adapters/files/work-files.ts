import { execFile } from 'node:child_process'
import { lstatSync, readFileSync } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { FileEntry, Files, WorkState } from '../../ports/files.ts'
import { childEnvironment } from '../process/child-environment.ts'

const run = promisify(execFile)

/**
 * The files of a working folder. Where git knows a file and says it is unchanged, its object id comes from the index, so
 * that an unchanged file is neither read nor parsed again. Without git, the folder is walked.
 *
 * @param state what git has just said of the folder, where it was asked
 */
export async function workFiles(root: string, state?: WorkState): Promise<Files> {
  const entries = (await fromIndex(root, state)) ?? (await walk(root))
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

/** What git says of the folder; undefined where there is no repository, no commit yet, or the estate is only a part of it. */
export async function workState(root: string): Promise<WorkState | undefined> {
  try {
    const { commit, prefix, changed } = await statusOf(root)
    if (commit === undefined || prefix !== '') return undefined
    return {
      commit,
      changed,
      read: (path) => ordinaryFile(join(root, path)),
      stamp: (path) => stampOf(join(root, path)),
    }
  } catch {
    return undefined
  }
}

/** What git says of the folder: the commit, where there is one, the way down to it in the repository, and what differs below it. */
async function statusOf(root: string) {
  const options = ['--porcelain=v2', '--branch', '-z', '--untracked-files=all', '--no-renames']
  const [said, shown] = await Promise.all([
    git(root, ['status', ...options, '--', '.']),
    git(root, ['rev-parse', '--show-prefix']),
  ])
  const prefix = shown.trim()
  const lines = said.split('\0').filter((line) => line !== '')
  const [, commit] = lines.flatMap((line) => /^# branch\.oid ([0-9a-f]{40,64})$/.exec(line) ?? [])
  const changed = lines.flatMap(differing).map(([path, id]) => [path.slice(prefix.length), id] as const)
  return { commit, prefix, changed: new Map(changed) }
}

/** A line of `git status --porcelain=v2`: of a file that differs the path and what the commit has there, of an unknown one the path. */
function differing(line: string): readonly (readonly [string, string | undefined])[] {
  const [sort] = line
  if (sort === '?') return [[line.slice(2), undefined]]
  // 1 XY sub mH mI mW hH hI path · u XY sub m1 m2 m3 mW h1 h2 h3 path
  const fields = sort === '1' ? 8 : sort === 'u' ? 10 : 0
  if (fields === 0) return []
  const words = line.split(' ')
  const committed = sort === '1' && !/^0+$/.test(words[6] ?? '') ? words[6] : undefined
  return [[words.slice(fields).join(' '), committed]]
}

function ordinaryFile(path: string): Uint8Array | undefined {
  try {
    return lstatSync(path).isFile() ? readFileSync(path) : undefined
  } catch {
    return undefined
  }
}

function stampOf(path: string): string {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return found === undefined ? 'none' : `${found.ino} ${found.mode} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`
}

async function fromIndex(root: string, state: WorkState | undefined): Promise<FileEntry[] | undefined> {
  try {
    const [staged, { changed }] = await Promise.all([git(root, ['ls-files', '-z', '--stage']), state ?? statusOf(root)])
    const there = await Promise.all([...changed.keys()].map((path) => onDisk(root, path)))
    return [...indexed(staged, changed), ...there.flat()]
  } catch {
    return undefined
  }
}

function* indexed(staged: string, changed: ReadonlyMap<string, unknown>): Iterable<FileEntry> {
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
