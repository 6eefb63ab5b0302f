import { reporter } from '../model/diagnostic.ts'
import { isSubject } from '../model/dsse.ts'
import type { Action, Plan, ResourceOnHost } from '../model/plan.ts'
import { planDigest } from '../plan/plan-digest.ts'
import { codes } from './codes.ts'
import { refusal } from './records.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/**
 * A saved plan, if the text is the path of one. It is believed only where its digest is that of what it holds. What looks like a
 * plan and is neither a file nor a branch is refused (`file-missing`); so is what was made without a look at any host, unless it is
 * only to be read.
 */
export async function readSavedPlan(
  world: World,
  path: string,
  { toRead = false }: { readonly toRead?: boolean } = {},
): Promise<Plan | undefined> {
  const text = path.endsWith('.json') ? await world.readIfThere(path) : undefined
  if (text === undefined) {
    if (path.endsWith('.json') && (await (await world.repository()).resolve(path)) === undefined)
      throw refusal(report('file-missing', { summary: `there is no saved plan ${path}` }))
    return undefined
  }
  const invalid = (because: string) => refusal(report('plan-invalid', { summary: `${path}: ${because}` }))
  const plan = parsed(text)
  if (plan === undefined) throw invalid('it is no plan')
  const { subject, actions, only, desiredOnly } = plan
  const about = { tree: subject.tree, policies: subject.policies, actions, only }
  const digest = planDigest({ ...about, ...(desiredOnly === true && { desiredOnly }) }, world.sha256)
  if (digest !== subject.plan)
    throw invalid(`it was edited: its digest is ${subject.plan}, and what it holds has ${digest}`)
  if (plan.engine !== world.engineVersion)
    throw refusal(
      report('plan-of-another-engine', {
        summary: `${path} was made by version ${plan.engine}, this is ${world.engineVersion}`,
      }),
    )
  if (desiredOnly === true && !toRead)
    throw refusal(report('plan-desired-only', { summary: `${path} was made without a look at any host` }))
  return plan
}

/** Only what the digest and the subject cover is looked at later; the rest of the file is for people. */
function parsed(text: string): Plan | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { version, engine, subject, actions, only } = value as Partial<Plan>
  const whole =
    version === 1 &&
    typeof engine === 'string' &&
    isSubject(subject) &&
    Array.isArray(actions) &&
    actions.every(isAction) &&
    // Only the branch as it stands is planned in part: of a merge, everything is applied.
    (only === undefined || (Array.isArray(only) && only.every(isPlace) && subject.base === subject.head))
  return whole ? (value as Plan) : undefined
}

function isPlace(value: unknown): value is ResourceOnHost {
  if (typeof value !== 'object' || value === null) return false
  const { host, resource } = value as Readonly<Record<string, unknown>>
  return typeof host === 'string' && typeof resource === 'string'
}

function isAction(value: unknown): value is Action {
  if (typeof value !== 'object' || value === null) return false
  const action = value as Readonly<Record<string, unknown>>
  return ['id', 'host', 'resource', 'verb', 'reversibility', 'before', 'after'].every(
    (field) => typeof action[field] === 'string',
  )
}
