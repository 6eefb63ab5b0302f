import { existsSync } from 'node:fs'
import { lstat, mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { homedir, userInfo } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { escapeControls } from '../../model/escape.ts'
import type { Founder } from '../../model/founder.ts'
import { canonicalSshKey } from '../../model/ssh-key.ts'
import type { Folder } from '../../ports/folder.ts'
import { repositoryError } from '../git/codes.ts'
import { gitEnvironment } from '../git/git-process.ts'

/** What stands for the folder of an estate where nothing is checked out: nothing is in it, and nothing can be put there. */
export function unwritableFolder(root: string): Folder {
  const refuse = async (): Promise<never> => {
    throw repositoryError(
      'repository-bare',
      `${root} is a bare clone: there is no folder to write files of the estate in`,
    )
  }
  const { founder } = estateFolder(root)
  return {
    ...{ founder, exists: async () => false, occupied: async () => [], read: async () => undefined },
    ...{ write: refuse, replace: refuse, remove: refuse, commitAll: refuse },
  }
}

/** The folder of an estate on this machine. */
export function estateFolder(root: string): Folder {
  return {
    exists: async (path) => existsSync(join(root, path)),
    occupied: async () =>
      existsSync(root) ? (await readdir(root)).filter((name) => !name.startsWith('.')).sort() : [],
    async write(files) {
      for (const [path, text] of files) {
        await mkdir(dirname(join(root, path)), { recursive: true })
        await writeFile(join(root, path), text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
          // A README of one's own stays.
          if (error.code !== 'EEXIST') throw error
        })
      }
    },
    async replace(files) {
      // All are looked at before the first is written.
      for (const path of files.keys()) await expectInside(root, path)
      for (const [path, text] of files) {
        await mkdir(dirname(resolve(root, path)), { recursive: true })
        await writeFile(resolve(root, path), text)
      }
    },
    async remove(paths) {
      for (const path of paths) {
        await expectInside(root, path)
        await rm(join(root, path), { force: true })
        await removeEmpty(root, dirname(path))
      }
    },
    read: async (path) => (existsSync(join(root, path)) ? readFile(join(root, path), 'utf8') : undefined),
    async commitAll(branch, message) {
      const git = await gitIn(root)
      if (!existsSync(join(root, '.git'))) await git().init(['--initial-branch', branch])
      await git().add('.')
      const { name, email } = await identity(root)
      await git().addConfig('user.name', name).addConfig('user.email', email)
      await git()
        .commit(message)
        .catch((error: Error) => {
          throw repositoryError('commit-failed', `git made no commit: ${error.message.trim().split('\n').join('; ')}`)
        })
    },
    founder: () => founder(root),
  }
}

/**
 * A branch that somebody else made may hold symbolic links: nothing of the estate is written through one, to wherever it leads. A
 * path that begins at the root of the machine was typed by whoever is at the keyboard.
 */
async function expectInside(root: string, path: string): Promise<void> {
  if (isAbsolute(path)) return
  const parts = path.split('/')
  for (let i = 1; i <= parts.length; i++) {
    const part = parts.slice(0, i).join('/')
    const found = await lstat(join(root, part)).catch(() => undefined)
    if (parts[i - 1] === '..' || found?.isSymbolicLink() === true)
      throw repositoryError('folder-link', `${escapeControls(part)} is a symbolic link, or leads out of the estate`)
  }
}

/** A folder inside the root and those above it, as far as nothing is in them. */
async function removeEmpty(root: string, folder: string): Promise<void> {
  if (folder === '.' || folder.startsWith('..') || folder.startsWith('/')) return
  const gone = await rmdir(join(root, folder)).then(
    () => true,
    () => false,
  )
  if (gone) await removeEmpty(root, dirname(folder))
}

/** The library is loaded when it is needed: most commands never do. Not an instance comes back but a maker, for an instance is thenable. */
async function gitIn(folder: string) {
  const { simpleGit } = await import('simple-git')
  return () => simpleGit(folder).env(environment())
}

function environment(): Record<string, string> {
  // simple-git refuses what could change what git does.
  return Object.fromEntries(
    Object.entries(gitEnvironment()).flatMap(([k, v]) => (v === undefined || k.startsWith('GIT_') ? [] : [[k, v]])),
  )
}

async function identity(root: string): Promise<{ readonly name: string; readonly email: string }> {
  const user = userInfo().username
  const [name, email] = await Promise.all(['user.name', 'user.email'].map((key) => config(root, key)))
  return { name: name ?? user, email: email ?? `${user}@localhost.localdomain` }
}

async function config(root: string, key: string): Promise<string | undefined> {
  const folder = existsSync(root) ? root : homedir()
  const { value } = await (await gitIn(folder))().getConfig(key)
  return value === null || value === '' ? undefined : value
}

async function founder(root: string): Promise<Founder> {
  const { name, email } = await identity(root)
  const login = userInfo()
    .username.toLowerCase()
    .replace(/[^a-z0-9_-]/g, '-')
  const key = await publicKey(root)
  const safe = login.replace(/^[^a-z0-9]+/, '') || 'founder'
  return {
    name: safe === 'root' ? 'founder' : safe,
    fullName: name,
    email,
    login: login === 'root' || !/^[a-z_]/.test(login) ? 'founder' : login,
    ...(key !== undefined && { key }),
  }
}

/** The key that git signs with, else the usual one, where its public half lies there. */
async function publicKey(root: string): Promise<string | undefined> {
  const signing = await config(root, 'user.signingkey')
  const literal = signing === undefined ? undefined : canonicalSshKey(signing.replace(/^key::/, ''))
  if (literal !== undefined) return literal
  const named = signing === undefined ? join(homedir(), '.ssh', 'id_ed25519') : signing.replace(/^~(?=\/)/, homedir())
  const path = named.endsWith('.pub') ? named : `${named}.pub`
  return existsSync(path) ? canonicalSshKey(await readFile(path, 'utf8')) : undefined
}
