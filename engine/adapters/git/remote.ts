import { setTimeout as pause } from 'node:timers/promises'
import { repositoryError } from './codes.ts'
import { type GitProcess, networkDeadline, said } from './git-process.ts'

/** The remote that decides what is true. */
export const remoteName = 'origin'

/** Plain http to this machine itself: nobody else is on that way. User, host and port as git reads them; no other spelling of a loopback address. */
const ownMachine = /^http:\/\/(?:[^/@\\?#]*@)?(?:127\.0\.0\.1|\[::1\]|localhost)(?::\d+)?(?:\/|$)/i

/** Refuses addresses that make git run a command or use a transport without protection. Throws `protocol-forbidden`. */
export function checkRemoteUrl(url: string): string {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(url)?.[1]?.toLowerCase()
  const helper = /^[A-Za-z0-9+.-]*::/.test(url)
  const host = /^(?:[a-z+]+:\/\/)?(?:[^/@]*@)?([^/:]*)/i.exec(url)?.[1] ?? ''
  const allowed =
    scheme === undefined || scheme === 'ssh' || scheme === 'https' || scheme === 'file' || ownMachine.test(url)
  if (helper || !allowed || url.startsWith('-') || host.startsWith('-') || /[\x00-\x1f\x7f]/.test(url) || url === '')
    throw repositoryError(
      'protocol-forbidden',
      `the remote's address ${JSON.stringify(url.replace(/\/\/[^/@]+@/, '//***@').slice(0, 80))} is not allowed`,
    )
  return url
}

/** Whether a remote decides what is true. Throws `protocol-forbidden` where its address is not one of ours. */
export async function hasRemote(git: GitProcess): Promise<boolean> {
  // After url.*.insteadOf, both of fetch and push. A helper set by remote.*.vcs is stopped by GIT_ALLOW_PROTOCOL.
  const lines = (await git.output(['remote', '--verbose'])).toString().split('\n')
  const urls = lines.flatMap((line) => {
    const match = /^([^\t]+)\t(.*) \((?:fetch|push)\)$/.exec(line)
    return match?.[1] === remoteName && match[2] !== undefined ? [match[2]] : []
  })
  urls.forEach(checkRemoteUrl)
  git.plainHttp = urls.some((url) => ownMachine.test(url))
  return urls.length > 0
}

/** Address of the remote; undefined where there is none. */
export async function remoteAddress(git: GitProcess): Promise<string | undefined> {
  const { code, stdout } = await git.run(['remote', 'get-url', remoteName])
  return code === 0 ? stdout.toString().trim() : undefined
}

/** How often a fetch is tried while another process of this clone writes the same refs. */
const fetchTries = 20

/**
 * Brings branches of the remote into `refs/remotes/origin/`; false where the remote has no such branch. Call `hasRemote` first:
 * it judges the address. Throws `remote-unreachable`.
 */
export async function fetchBranches(git: GitProcess, refspecs: readonly string[]): Promise<boolean> {
  const quietly = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--no-auto-maintenance']
  // Whoever needs to know whether a branch was forced looks for themselves: git would walk the same commits once more.
  const args = ['fetch', ...quietly, '--no-show-forced-updates', '--end-of-options', remoteName, ...refspecs]
  for (let left = fetchTries; ; left -= 1) {
    const result = await git.run(args, { deadline: networkDeadline })
    if (result.code === 0) return true
    if (/couldn't find remote ref/.test(result.stderr)) return false
    if (/not allowed/.test(result.stderr)) throw repositoryError('protocol-forbidden', said(result.stderr))
    if (left === 0 || !/cannot lock ref|unable to (lock|update)|\.lock': File exists/.test(result.stderr))
      throw repositoryError('remote-unreachable', `the remote can't be fetched: ${said(result.stderr)}`)
    await pause(Math.random() * 50)
  }
}

/**
 * - `done`: the remote has it
 * - `lost`: somebody else was faster
 * - `unknown`: the connection ended before the remote said what it did
 */
export type PushOutcome =
  | { readonly outcome: 'done' | 'lost' }
  | { readonly outcome: 'refused' | 'unknown'; readonly because: string }

/** A plain fast-forward push: no force and no lease (a lease allows what is not a fast-forward). */
export async function push(git: GitProcess, commit: string, ref: string): Promise<PushOutcome> {
  const quietly = ['--porcelain', '--no-verify', '--recurse-submodules=no', '--no-signed']
  const result = await git.run(['push', ...quietly, '--end-of-options', remoteName, `${commit}:${ref}`], {
    deadline: networkDeadline,
  })
  if (result.code === 0) return { outcome: 'done' }
  const line = result.stdout
    .toString()
    .split('\n')
    .find((l) => l.startsWith('!'))
  if (line === undefined) return { outcome: 'unknown', because: said(result.stderr) }
  const reason = line.split('\t')[2] ?? ''
  if (/^\[rejected\]/.test(reason)) return { outcome: 'lost' }
  // The server judged the old value itself and found another one.
  if (/cannot lock ref|failed to update ref|already exists|incorrect old value|fetch first/.test(reason))
    return { outcome: 'lost' }
  if (/^\[remote failure\]/.test(reason)) return { outcome: 'unknown', because: said(result.stderr) }
  return { outcome: 'refused', because: `${said(reason)}; ${said(result.stderr)}` }
}
