import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Ran } from './cli.ts'
import type { FakeGitHub, FakeGitHubOptions, OpenRequest } from './github/fake-github.ts'
import { openGitHub } from './github/open-github.ts'
import { type Office, type OfficeOptions, openOffice, type Work } from './office.ts'

const exec = promisify(execFile)

/** What a job of a workflow may do: what those that plan, and those that record and apply, are given. */
export const planPermissions = { contents: 'read', checks: 'write', pull_requests: 'write' } as const
export const applyPermissions = {
  contents: 'write',
  checks: 'write',
  pull_requests: 'write',
  issues: 'write',
  security_events: 'write',
} as const

/** An office whose repository is on a GitHub of its own. Everybody of the office has an account there, and so has the engine. */
export interface GithubOffice {
  readonly office: Office
  readonly github: FakeGitHub
  /** Clone that jobs run in, as a runner checks it out. */
  readonly runner: string
  /** Writes a branch, pushes it as its author and opens a pull request of it; resolves to its number. */
  propose(work: Omit<Work, 'approvers'>, request?: Partial<OpenRequest>): Promise<number>
  /** Adds a commit to a branch that was proposed, and pushes it. */
  amend(work: Omit<Work, 'approvers'>): Promise<string>
  /** Runs `plumbline …` in the runner's clone, as a job. */
  run(...argv: string[]): Promise<Ran>
  /** The same, where it has to end with 0; resolves to what it says as JSON, where it was asked for that. */
  must(...argv: string[]): Promise<string>
  /** Runs git in the folder where people write. The server answers meanwhile. */
  git(...args: string[]): Promise<string>
  /** Has the folder where people write at what is merged. */
  pull(): Promise<void>
  close(): Promise<void>
}

export async function openGithubOffice(
  options: OfficeOptions = {},
  more: Omit<FakeGitHubOptions, 'people' | 'now'> = {},
): Promise<GithubOffice> {
  const { people = ['ana', 'ben', 'cleo'] } = options
  let now = (): Date => new Date(options.at ?? '2026-10-05T08:00:00Z')
  const permissions = Object.fromEntries(people.map((name) => [name, 'write' as const]))
  const github = await openGitHub({ people: { admin: 'admin', ...permissions }, ...more, now: () => now() })
  github.person('engine', 'write', { bot: true })
  const accounts = (name: string): readonly string[] => [`${github.host}/${name}#${github.idOf(name)}`]
  const office = await openOffice({ accounts, ...options })
  now = office.now
  const { desk } = office
  const folder = dirname(desk.folder)
  const runner = join(folder, 'runner')
  const run = async (cwd: string, args: readonly string[]): Promise<string> => {
    const at = now().toISOString()
    const env = { ...desk.env, GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: at, GIT_TERMINAL_PROMPT: '0' }
    return (await exec('git', [...args], { cwd, env })).stdout.trim()
  }
  const git = (...args: string[]): Promise<string> => run(desk.folder, args)
  await git('push', '--quiet', github.gitUrl('admin'), 'main', 'ledger')
  await git('remote', 'add', 'origin', github.gitUrl(people[0]))
  await git('fetch', '--quiet', 'origin')
  mkdirSync(runner)
  await run(runner, ['clone', '--quiet', github.gitUrl('engine'), '.'])
  Object.assign(desk.env, {
    GITHUB_API_URL: github.url,
    GITHUB_SERVER_URL: github.serverUrl,
    GITHUB_REPOSITORY: github.repository,
    GITHUB_TOKEN: github.jobToken(applyPermissions),
  })
  const push = (author: string, branch: string): Promise<string> =>
    git('push', '--quiet', github.gitUrl(author), `refs/heads/${branch}`)
  const self: GithubOffice = {
    ...{ office, github, runner, git },
    async propose(work, request = {}) {
      await office.write(work)
      await push(work.author, work.branch)
      return github.openRequest({
        as: work.author,
        branch: work.branch,
        title: work.message ?? work.branch,
        ...request,
      })
    },
    async amend(work) {
      const id = await office.write(work)
      await push(work.author, work.branch)
      return id
    },
    run: (...argv) => desk.run('-C', runner, ...argv),
    async must(...argv) {
      const ran = await self.run(...argv)
      if (ran.status !== 0)
        throw new Error(`plumbline ${argv.join(' ')} ended with ${ran.status}\n${ran.out}${ran.err}`)
      return argv.includes('--json') ? ran.out : ran.out + ran.err
    },
    async pull() {
      await git('fetch', '--quiet', 'origin')
      await git('merge', '--quiet', '--ff-only', 'refs/remotes/origin/main')
    },
    async close() {
      await office.close()
      await github.close()
    },
  }
  return self
}
