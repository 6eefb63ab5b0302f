import type { Diagnostic } from '../model/diagnostic.ts'
import type { MachineFacts } from './doctor-facts.ts'
import { report } from './report.ts'

/** The oldest git that merges without a work tree. */
const oldestGit = [2, 38] as const

export function machineFindings(facts: MachineFacts): readonly Diagnostic[] {
  return [...localFindings(facts)]
}

function* localFindings({ git, shallow, remote, login, engineKey }: MachineFacts): Generator<Diagnostic> {
  if (git !== undefined && isOld(git)) yield report('setup-git-old', `git is ${git}`)
  if (shallow) yield report('setup-shallow', 'the clone is shallow')
  if (remote === undefined) yield report('setup-no-remote', 'there is no remote origin')
  else if (/^https?:\/\/[^/@]*:[^/@]+@/i.test(remote) || /^https?:\/\/(?:gh[a-z]_|github_pat_)[^/@]*@/i.test(remote))
    yield report('setup-remote-secret', 'the address of origin holds a password or token')
  if (!login) yield report('setup-no-login', 'neither a key nor an agent is there')
  if (engineKey?.listed === false) yield report('setup-engine-key', `${engineKey.fingerprint} is not listed`)
}

function isOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < oldestGit[0] || (major === oldestGit[0] && minor < oldestGit[1])
}
