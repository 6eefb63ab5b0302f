import type { Machine } from '../../ports/machine.ts'
import type { GitContext } from './context.ts'
import { remoteAddress } from './remote.ts'

/** What git says of itself and of the clone. */
export async function thisClone({ git, shallow }: GitContext): Promise<Pick<Machine, 'git' | 'shallow' | 'remote'>> {
  const { stdout } = await git.run(['version'])
  const version = /^git version (\d+\.\d+(?:\.\d+)?)/.exec(stdout.toString())?.[1]
  return { git: version, shallow, remote: await remoteAddress(git) }
}
