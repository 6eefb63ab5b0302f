import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gitEnvironment } from './git-process.ts'

/** A real repository in a scratch folder, driven by git as a person would. For tests. */
export interface TestRepository {
  readonly dir: string
  /** Runs git; throws where it fails. */
  git(...args: readonly string[]): string
  /** Whether git succeeds. */
  succeeds(...args: readonly string[]): boolean
  write(path: string, content: string): void
  /** Writes files and commits them; returns the commit's id. */
  commit(message: string, files?: Readonly<Record<string, string>>): string
}

const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgSign=false']

export function scratchFolder(): string {
  return mkdtempSync(join(tmpdir(), 'plumbline-git-'))
}

export function testRepository(dir: string, ...init: readonly string[]): TestRepository {
  mkdirSync(dir, { recursive: true })
  const repository = openTestRepository(dir)
  repository.git('init', '--quiet', '--initial-branch=main', ...init)
  return repository
}

export function openTestRepository(dir: string): TestRepository {
  const options = { cwd: dir, env: { ...gitEnvironment(), GIT_CONFIG_NOSYSTEM: '1', HOME: dir } }
  const git = (...args: readonly string[]) =>
    execFileSync('git', [...identity, ...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
      .toString()
      .trimEnd()
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), content)
  }
  return {
    dir,
    git,
    succeeds: (...args) => spawnSync('git', [...identity, ...args], options).status === 0,
    write,
    commit(message, files = {}) {
      for (const [path, content] of Object.entries(files)) write(path, content)
      git('add', '--all')
      git('commit', '--quiet', '--allow-empty', '--message', message)
      return git('rev-parse', 'HEAD')
    },
  }
}
