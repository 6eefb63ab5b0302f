import type { ForgeAccount, ForgePermission } from '../../model/pull-request.ts'
import { fieldsOf, malformed, textIfAny, word } from './answers.ts'
import type { Call } from './api.ts'
import { isMissing } from './github-error.ts'

const permissions = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const

/**
 * What an account may do in the repository now. Roles that an organization made count as the one that they are built on. Who has
 * given up the login since, so that somebody else may have it, may do nothing.
 */
export async function permissionOf(call: Call, account: ForgeAccount): Promise<ForgePermission> {
  const what = `asking what ${account.login} may do`
  let answer: unknown
  try {
    answer = await call.ask(what, (rest, at) =>
      rest.repos.getCollaboratorPermissionLevel({ ...at, username: account.login }),
    )
  } catch (error) {
    if (isMissing(error)) return 'none'
    throw error
  }
  const { permission, role_name: role, user } = fieldsOf(answer, 'a permission')
  if (user === null || user === undefined) return 'none'
  const { id } = fieldsOf(user, 'user of a permission')
  if (account.id !== undefined && String(id) !== account.id) return 'none'
  const named = permissions.find((known) => known === textIfAny(role, 'role_name'))
  const legacy = word(permission, 'permission', /^(?:none|read|write|admin)$/)
  const told = named ?? permissions.find((known) => known === legacy)
  if (told === undefined) throw malformed('permission')
  return told
}
