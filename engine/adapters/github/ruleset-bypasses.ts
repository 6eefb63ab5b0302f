import { fieldsOf, listOf, textIfAny, textOf } from './answers.ts'
import type { Call } from './api.ts'
import { isHidden } from './github-error.ts'

/** Who may go past one ruleset. */
export interface Bypasses {
  readonly names: readonly string[]
  /** Administrators of the repository or its organization are among them. */
  readonly administrators: boolean
  /** What we may not see, in words. */
  readonly unseen: readonly string[]
}

/** Numbers of the roles that every repository has. */
const roles: Readonly<Record<string, string>> = { 1: 'read', 2: 'maintain', 3: 'triage', 4: 'write', 5: 'admin' }

/** GitHub shows who may bypass a ruleset only to who may change it. */
export async function bypassesOf(call: Call, id: number): Promise<Bypasses> {
  let answer: unknown
  try {
    answer = await call.ask(`reading the ruleset ${id}`, (rest, at) =>
      rest.repos.getRepoRuleset({ ...at, ruleset_id: id, includes_parents: true }),
    )
  } catch (error) {
    if (!isHidden(error)) throw error
    return { names: [], administrators: false, unseen: [`who may bypass the ruleset ${id}`] }
  }
  const ruleset = fieldsOf(answer, 'a ruleset')
  const name = textOf(ruleset['name'], 'name of a ruleset')
  if (ruleset['bypass_actors'] === undefined)
    return { names: [], administrators: false, unseen: [`who may bypass the ruleset ${name}`] }
  const actors = listOf(ruleset['bypass_actors'], 'bypass_actors').map(readActor)
  const slugs = actors.some((actor) => actor.type === 'Team') ? await teamsOf(call) : new Map<string, string>()
  return {
    names: actors.map(({ type, id: of, mode }) => `${nameOf(type, of, slugs)} (${mode})`),
    administrators: actors.some(
      ({ type, id: of, mode }) =>
        (type === 'OrganizationAdmin' || (type === 'RepositoryRole' && of === '5')) && mode !== 'pull requests',
    ),
    unseen: [],
  }
}

function readActor(value: unknown) {
  const actor = fieldsOf(value, 'a bypass actor')
  const id = actor['actor_id']
  const mode = textIfAny(actor['bypass_mode'], 'bypass_mode') ?? 'always'
  return {
    type: textOf(actor['actor_type'], 'actor_type'),
    id: typeof id === 'number' ? String(id) : '',
    mode: mode === 'pull_request' ? 'pull requests' : mode,
  }
}

function nameOf(type: string, id: string, teams: ReadonlyMap<string, string>): string {
  switch (type) {
    case 'OrganizationAdmin':
      return 'administrators of the organization'
    case 'RepositoryRole':
      return `role ${roles[id] ?? id}`
    case 'Team':
      return `team ${teams.get(id) ?? id}`
    case 'Integration':
      return `app ${id}`
    case 'DeployKey':
      return 'deploy keys'
    default:
      return `${type} ${id}`
  }
}

/** Slugs of the repository's teams by their number; none where we may not see them. */
async function teamsOf(call: Call): Promise<ReadonlyMap<string, string>> {
  try {
    const teams = await call.list('reading the teams', (rest, at) =>
      rest.repos.listTeams.endpoint({ ...at, per_page: 100 }),
    )
    return new Map(
      teams.map((value) => {
        const { id, slug } = fieldsOf(value, 'a team')
        return [String(id), textOf(slug, 'slug of a team')]
      }),
    )
  } catch (error) {
    if (isHidden(error)) return new Map()
    throw error
  }
}
