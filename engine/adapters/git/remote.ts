import { repositoryError } from './codes.ts'
import { type GitProcess, networkDeadline, said } from './git-process.ts'

/** The remote that decides what is true. */
export const remoteName = 'origin'

/** Refuses addresses that make git run a command or use a transport without protection. Throws `protocol-forbidden`. */
export function checkRemoteUrl(url: string): string {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(url)?.[1]?.toLowerCase()
  const helper = /^[A-Za-z0-9+.-]*::/.test(url)
  const host = /^(?:[a-z+]+:\/\/)?(?:[^/@]*@)?([^/:]*)/i.exec(url)?.[1] ?? ''
  const allowed = scheme === undefined || scheme === 'ssh' || scheme === 'https' || scheme === 'file'
  if (helper || !allowed || url.startsWith('-') || host.startsWith('-') || /[\x00-\x1f\x7f]/.test(url) || url === '')
    throw repositoryError(
      'protocol-forbidden',
      `the remote's address ${JSON.stringify(url.replace(/\/\/[^/@]+@/, '//***@').slice(0, 80))} is not allowed`,
    )
  return url
}

export async function hasRemote(git: GitProcess): Promise<boolean> {
  return (await git.run(['config', '--get', `remote.${remoteName}.url`])).code === 0
}

async function checkRemote(git: GitProcess): Promise<void> {
  for (const args of [['--all'], ['--push', '--all']]) {
    const urls = (await git.output(['remote', 'get-url', ...args, '--end-of-options', remoteName])).toString().trim()
    for (const url of urls.split('\n')) checkRemoteUrl(url)
  }
  if ((await git.run(['config', '--get', `remote.${remoteName}.vcs`])).code === 0)
    throw repositoryError('protocol-forbidden', `remote.${remoteName}.vcs names a helper that would be run`)
}

/** Brings branches of the remote into `refs/remotes/origin/`. Throws `remote-unreachable`. */
export async function fetchBranches(git: GitProcess, refspecs: readonly string[]): Promise<void> {
  await checkRemote(git)
  const quietly = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--no-auto-maintenance']
  const result = await git.run(['fetch', ...quietly, '--end-of-options', remoteName, ...refspecs], {
    deadline: networkDeadline,
  })
  if (result.code !== 0)
    throw repositoryError('remote-unreachable', `the remote can't be fetched: ${said(result.stderr)}`)
}

/** Where a branch of the remote is, asked of the remote itself; undefined where it has none. Throws `remote-unreachable`. */
export async function remoteTip(git: GitProcess, ref: string): Promise<string | undefined> {
  await checkRemote(git)
  const result = await git.run(['ls-remote', '--quiet', '--end-of-options', remoteName, ref], {
    deadline: networkDeadline,
  })
  if (result.code !== 0)
    throw repositoryError('remote-unreachable', `the remote can't be asked: ${said(result.stderr)}`)
  const line = result.stdout
    .toString()
    .split('\n')
    .find((l) => l.endsWith(`\t${ref}`))
  return line?.slice(0, line.indexOf('\t'))
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
  await checkRemote(git)
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
