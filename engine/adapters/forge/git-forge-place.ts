import type { Forge } from '../../ports/forge.ts'
import type { Person } from '../../ports/repository.ts'
import type { GitProcess } from '../git/git-process.ts'
import type { KeptAccount } from './git-forge-documents.ts'

/**
 * How pull requests of a plain repository are named. The host ends in `.invalid`, as no forge does: whoever may push there can
 * write what they like, so that no account which people list of a real forge is ever taken from it.
 *
 * @param remote address of the remote
 */
export function placeOf(remote: string): Forge['place'] {
  const address = remote.replace(/[\x00-\x1f\x7f]/g, '').replace(/^([a-z+]+:\/\/)[^/@]*@/i, '$1')
  const url = /^[a-z+]+:\/\/([^/:]*)(?::\d+)?(\/.*)?$/i.exec(address)
  const scp = url === null ? /^(?:[^@/:]+@)?([^/:]+):(.*)$/.exec(address) : null
  const [, host = '', path = ''] = url ?? scp ?? ['', '', address]
  const parts = path
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .split('/')
    .map((part) => part.replace(/[^\w.-]/g, '-').replace(/^[.-]+/, ''))
    .map((part) => part.slice(0, 100))
    .filter((part) => part !== '')
  const [owner, name = 'estate'] = parts.length > 1 ? parts.slice(-2) : ['git', parts[0]]
  const plain = host
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
  return { host: `${plain || 'localhost'}.invalid`, repository: `${owner}/${name}`, url: address, plain: true }
}

/** The account behind an address of e-mail, as commits have them. */
export function accountOf(email: string): KeptAccount {
  const [local = ''] = email.toLowerCase().split('@')
  const login = local.replace(/[^a-z0-9._-]/g, '-').replace(/^[._-]+/, '')
  return { login: login.slice(0, 100) || 'unknown' }
}

/** Who acts here: whom git is told that it is, else the engine. */
export async function whoActs(git: GitProcess): Promise<{ readonly account: KeptAccount } & Omit<Person, 'at'>> {
  const setting = async (name: string) => {
    const { code, stdout } = await git.run(['config', '--get', name])
    return code === 0 ? stdout.toString().trim() : ''
  }
  const [name, email] = await Promise.all([setting('user.name'), setting('user.email')])
  if (email === '')
    return { account: { login: 'plumbline', bot: true }, name: 'plumbline', email: 'plumbline@plumbline.invalid' }
  return { account: accountOf(email), name: name || email, email }
}
