import { zeroId } from '../bare-repository.ts'
import { branchRules, isProtected } from '../branch-rules.ts'
import { afterPush } from '../pushes.ts'
import { answer, listOf, Refusal, type Route, reads, repositoryRoute, writes } from '../route.ts'
import { nodeId, simpleUser } from '../shapes/account.ts'
import { commitShape, fileShape } from '../shapes/commit.ts'
import { fullRepository, repositoryUrl } from '../shapes/repository.ts'
import { branchProtection } from '../shapes/settings.ts'
import { type Activity, accountOf, atLeast, permissionOf } from '../state.ts'
import { commitOf } from './lookup.ts'

export const repositoryRoutes: readonly Route[] = [
  repositoryRoute('GET', reads('metadata'), ({ state, repository, actor }) =>
    answer(fullRepository(state, repository, actor)),
  ),
  repositoryRoute('GET /activity', reads('contents'), ({ state, repository, query }) => {
    const ref = query.get('ref')
    const type = query.get('activity_type')
    const by = query.get('actor')?.toLowerCase()
    const found = repository.activity.filter(
      (a) =>
        (ref === null || a.ref === ref || a.ref === `refs/heads/${ref}`) &&
        (type === null || a.type === type) &&
        (by === undefined || a.account.login.toLowerCase() === by),
    )
    const items = query.get('direction') === 'asc' ? found : found.toReversed()
    const shape = (a: Activity) => ({
      id: a.id,
      node_id: nodeId('Activity', a.id),
      before: a.before,
      after: a.after,
      ref: a.ref,
      timestamp: a.at,
      activity_type: a.type,
      actor: simpleUser(state, a.account),
    })
    return { status: 200, list: { items, shape, cursor: true } }
  }),
  repositoryRoute('GET /branches', reads('contents'), async ({ state, repository, query }) => {
    const refs = await repository.git.refs('refs/heads/')
    const branches = refs.map(({ ref, sha }) => ({ name: ref.slice('refs/heads/'.length), sha }))
    const only = query.get('protected')
    const wanted = branches.filter(({ name }) => only === null || String(isProtected(repository, name)) === only)
    return listOf(wanted, ({ name, sha }) => ({
      name,
      commit: { sha, url: `${repositoryUrl(state, repository)}/commits/${sha}` },
      protected: isProtected(repository, name),
    }))
  }),
  repositoryRoute('GET /branches/{branch}', reads('contents'), async ({ state, repository, params }) => {
    const name = params['branch'] ?? ''
    const sha = await repository.git.branch(name)
    if (sha === undefined) throw new Refusal(404, 'Branch not found')
    const url = `${repositoryUrl(state, repository)}/branches/${name}`
    const rules = branchRules(repository, name)
    const level = rules.checks.length === 0 ? 'off' : 'non_admins'
    return answer({
      name,
      commit: await commitShape(state, repository, sha),
      _links: { self: url, html: `${state.web}/${repository.fullName}/tree/${name}` },
      protected: isProtected(repository, name),
      protection: {
        enabled: isProtected(repository, name),
        required_status_checks: {
          enforcement_level: level,
          contexts: rules.checks,
          checks: rules.checks.map((context) => ({ context, app_id: null })),
        },
      },
      protection_url: `${url}/protection`,
    })
  }),
  repositoryRoute(
    'GET /branches/{branch}/protection',
    reads('administration', 'admin'),
    async ({ state, repository, params }) => {
      const name = params['branch'] ?? ''
      const protection = repository.protections.get(name)
      if ((await repository.git.branch(name)) === undefined) throw new Refusal(404, 'Branch not found')
      if (protection === undefined) throw new Refusal(404, 'Branch not protected')
      return answer(branchProtection(state, repository, name, protection))
    },
  ),
  repositoryRoute('GET /commits/{ref}', reads('contents'), async (call) =>
    answer(await commitShape(call.state, call.repository, await commitOf(call, call.params['ref'] ?? ''))),
  ),
  repositoryRoute('GET /compare/{basehead}', reads('contents'), async (call) => {
    const { state, repository, params } = call
    const [base = '', head = ''] = (params['basehead'] ?? '').split('...')
    const from = await commitOf(call, base)
    const to = await commitOf(call, head)
    const shared = await repository.git.mergeBase(from, to)
    if (shared === undefined) throw new Refusal(404, 'No common ancestor between the two.')
    const ahead = await repository.git.commits(from, to)
    const behind = await repository.git.commits(to, from)
    const status =
      ahead.length > 0 ? (behind.length > 0 ? 'diverged' : 'ahead') : behind.length > 0 ? 'behind' : 'identical'
    const url = `${repositoryUrl(state, repository)}/compare/${base}...${head}`
    const page = `${state.web}/${repository.fullName}/compare/${base}...${head}`
    return answer({
      url,
      html_url: page,
      permalink_url: page,
      diff_url: `${page}.diff`,
      patch_url: `${page}.patch`,
      base_commit: await commitShape(state, repository, from),
      merge_base_commit: await commitShape(state, repository, shared),
      status,
      ahead_by: ahead.length,
      behind_by: behind.length,
      total_commits: ahead.length,
      commits: await Promise.all(ahead.map((sha) => commitShape(state, repository, sha))),
      files: (await repository.git.changes(from, to)).map((file) => fileShape(state, repository, to, file)),
    })
  }),
  repositoryRoute('GET /git/ref/{ref}', reads('contents'), async (call) => {
    const found = (await call.repository.git.refs(`refs/${call.params['ref']}`)).find(
      ({ ref }) => ref === `refs/${call.params['ref']}`,
    )
    if (found === undefined) throw new Refusal(404, 'Not Found')
    return answer(refShape(repositoryUrl(call.state, call.repository), found))
  }),
  repositoryRoute('GET /git/matching-refs/{ref}', reads('contents'), async ({ state, repository, params }) => {
    const prefix = `refs/${params['ref']}`
    const refs = (await repository.git.refs('refs/')).filter(({ ref }) => ref.startsWith(prefix))
    return listOf(refs, (found) => refShape(repositoryUrl(state, repository), found))
  }),
  repositoryRoute('DELETE /git/refs/{ref}', writes('contents'), async ({ state, repository, params, actor }) => {
    const ref = `refs/${params['ref']}`
    const sha = await repository.git.resolve(ref)
    if (sha === undefined) throw new Refusal(422, 'Reference does not exist')
    const branch = ref.replace(/^refs\/heads\//, '')
    if (!branchRules(repository, branch, { account: actor.account }, 'push').delete)
      throw new Refusal(422, 'Cannot delete this protected branch')
    await repository.git.move(ref, undefined, sha)
    await afterPush(state, repository, actor.account, [{ ref, before: sha, after: zeroId }])
    return { status: 204 }
  }),
  repositoryRoute('GET /teams', reads('metadata', 'write'), ({ state, repository }) => {
    const orgs = `${state.api}/organizations/${repository.owner.id}`
    return listOf(repository.teams, ({ id, slug, permission }) => ({
      ...{ id, node_id: nodeId('Team', id), name: slug, slug, description: null, parent: null },
      ...{ privacy: 'closed', notification_setting: 'notifications_enabled', type: 'organization' },
      permission: permission === 'read' ? 'pull' : permission === 'write' ? 'push' : permission,
      permissions: flags(permission),
      url: `${orgs}/team/${id}`,
      html_url: `${state.web}/orgs/${repository.owner.login}/teams/${slug}`,
      members_url: `${orgs}/team/${id}/members{/member}`,
      repositories_url: `${orgs}/team/${id}/repos`,
    }))
  }),
  repositoryRoute('GET /collaborators', reads('metadata', 'write'), ({ state, repository }) => {
    const has = state.accounts.filter((a) => a.type === 'User' && repository.permissions.has(a.id))
    return listOf(has, (a) => ({ ...simpleUser(state, a), role_name: permissionOf(repository, a) }))
  }),
  repositoryRoute(
    'GET /collaborators/{username}/permission',
    reads('metadata'),
    ({ state, repository, params, actor }) => {
      const account = accountOf(state, params['username'] ?? '')
      if (account === undefined) throw new Refusal(404, `${params['username']} is not a user`)
      const self = actor.kind !== 'person' || actor.account === account
      if (!self && !atLeast(permissionOf(repository, actor.account), 'write'))
        throw new Refusal(403, 'Must have push access to view collaborator permission.')
      const role = permissionOf(repository, account)
      // The old field knows four: maintain counts as write, triage as read.
      const permission = role === 'maintain' ? 'write' : role === 'triage' ? 'read' : role
      return answer({
        permission,
        role_name: role,
        user: { ...simpleUser(state, account), role_name: role, permissions: flags(role) },
      })
    },
  ),
]

function flags(role: Parameters<typeof atLeast>[0]) {
  return {
    admin: atLeast(role, 'admin'),
    maintain: atLeast(role, 'maintain'),
    push: atLeast(role, 'write'),
    triage: atLeast(role, 'triage'),
    pull: atLeast(role, 'read'),
  }
}

function refShape(url: string, { ref, sha, type }: { ref: string; sha: string; type: string }) {
  const object = { type, sha, url: `${url}/git/${type}s/${sha}` }
  return { ref, node_id: nodeId('Ref', Number.parseInt(sha.slice(0, 8), 16)), url: `${url}/git/${ref}`, object }
}
