import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ForgeStage } from '../../engine/adapters/forge/forge.contract.ts'
import { openGithubForge } from '../../engine/adapters/github/github-forge.ts'
import type { Forge } from '../../engine/ports/forge.ts'
import { gitEnvironment } from './bare-repository.ts'
import type { FakeGitHub, FakeGitHubOptions } from './fake-github.ts'
import { openGitHub } from './open-github.ts'

const exec = promisify(execFile)

/** What the workflows that `plumbline init --github` writes ask for. */
const jobPermissions = {
  contents: 'write',
  pull_requests: 'write',
  issues: 'write',
  checks: 'write',
  actions: 'read',
  security_events: 'write',
  statuses: 'read',
} as const

export interface GithubStage extends ForgeStage {
  readonly github: FakeGitHub
  readonly forge: Forge
  /** The same as `push`, into a repository of somebody. */
  pushTo(as: string, repository: string, branch: string, file: string): Promise<string>
  /** With other credentials. */
  as(credentials: Readonly<Record<string, string>>, limits?: { readonly answer: number; readonly call: number }): Forge
}

/** A GitHub with people at work; the engine is a job of a workflow there. */
export async function githubStage(options: FakeGitHubOptions = {}): Promise<GithubStage> {
  const people = { ada: 'write', ben: 'maintain', chen: 'read', olga: 'admin' } as const
  const github = await openGitHub({ people, ...options })
  const scratch = mkdtempSync(join(tmpdir(), 'github-stage-'))
  const token = github.jobToken(jobPermissions)
  const as: GithubStage['as'] = (credentials, limits) => {
    const place = {
      GITHUB_REPOSITORY: github.repository,
      GITHUB_API_URL: github.url,
      GITHUB_SERVER_URL: github.serverUrl,
    }
    const forge = openGithubForge({ ...place, ...credentials }, undefined, limits)
    if (forge === undefined) throw new Error('there is no GitHub')
    return forge
  }
  const run = async (cwd: string, ...args: string[]) => {
    const who = ['-c', 'user.name=Somebody', '-c', 'user.email=somebody@lantern.example', '-c', 'commit.gpgSign=false']
    return (await exec('git', [...who, ...args], { cwd, env: { ...gitEnvironment, HOME: scratch } })).stdout.trim()
  }
  const folder = join(scratch, 'clone')
  await run(scratch, 'init', '--quiet', folder)
  const tips = new Map<string, string>()
  const pushTo = async (as: string, repository: string, branch: string, file: string) => {
    const from = tips.get(branch) ?? tips.get('main')
    if (from !== undefined) await run(folder, 'checkout', '--quiet', '--detach', from)
    writeFileSync(join(folder, file), `${branch}\n`)
    await run(folder, 'add', file)
    await run(folder, 'commit', '--quiet', '--message', `${file} on ${branch}`)
    await run(folder, 'push', '--quiet', github.gitUrl(as, repository), `HEAD:refs/heads/${branch}`)
    const made = await run(folder, 'rev-parse', 'HEAD')
    tips.set(branch, made)
    return made
  }
  const commit = (as: string, branch: string, file: string) => pushTo(as, github.repository, branch, file)
  await commit('olga', 'main', 'plumbline.yaml')
  return {
    github,
    as,
    forge: as({ GITHUB_TOKEN: token }),
    beside: as({ GITHUB_TOKEN: token }),
    push: commit,
    pushTo,
    propose: (who, branch, target = 'main') =>
      github.openRequest({ as: who, branch, target, title: `${branch} please` }),
    review: async (number, who, verdict) => {
      await github.review(number, who, verdict)
    },
    merge: (number, who) => github.merge(number, { as: who, method: 'merge' }),
    label: (number, who, label) => github.label(number, who, label),
    comment: async (number, who, body) => {
      await github.comment(number, who, body)
    },
    [Symbol.asyncDispose]: async () => {
      rmSync(scratch, { recursive: true, force: true })
      await github.close()
    },
  }
}
