import type { Discovered, ProbeOutput } from '../../model/resource.ts'
import { read } from '../../model/script.ts'
import { leftOut } from '../left-out.ts'
import { people } from '../people.ts'
import { isReserved } from '../reserved.ts'
import { collect, look, stateOf } from './probe.ts'
import type { UserSpec, UserState } from './spec.ts'

const probe = look(read`N=$(${people})`)

/** Accounts of people. A password's hash is never read out, so that whoever has one is told of. */
function parse(output: ProbeOutput): readonly Discovered<UserSpec>[] {
  const found = collect(output.stdout)
  if (!found.whole) return []
  return [...found.accounts].flatMap(([login, account]): Discovered<UserSpec>[] => {
    const state = stateOf(account, found)
    const name = `user:${login}`
    if (state === undefined) return [leftOut(name, 'its entries can not be read')]
    if (isReserved(login)) return [leftOut(name, 'its name is reserved, or in no form that documents take')]
    const groups = [state.group, ...state.groups]
    if (!groups.every((g) => /^[a-z_][a-z0-9_-]{0,31}$/.test(g)) || !hasPlainPaths(state)) {
      return [leftOut(name, 'a group, its shell or its home is in no form that documents take')]
    }
    const password = state.password ? [leftOut(`password of ${name}`, 'hashes of passwords are never read out')] : []
    return [{ spec: specOf(login, state) }, ...password]
  })
}

const hasPlainPaths = ({ shell, home }: UserState): boolean =>
  /^\/[A-Za-z0-9/_.-]+$/.test(shell) && /^\/[^:\p{Cc}]*[^/:\p{Cc}]$/u.test(home)

function specOf(login: string, { uid, group, groups, shell, home, comment, expires, locked }: UserState): UserSpec {
  const named = comment !== '' && comment.length <= 100 && !/[:,\p{Cc}]/u.test(comment)
  return {
    login,
    uid,
    ...(group !== login && { group }),
    ...(groups.length > 0 && { groups }),
    shell,
    ...(home !== `/home/${login}` && { home }),
    ...(named && { comment }),
    ...(locked ? { locked } : expires !== 'never' && { expires }),
  }
}

export const discover = { probe, parse }
