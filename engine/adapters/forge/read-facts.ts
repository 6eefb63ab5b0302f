import type { Digest } from '../../model/canonical.ts'
import {
  checkNames,
  type ForgeAccount,
  type PlanCheck,
  type PullRequest,
  type Review,
} from '../../model/pull-request.ts'
import type { ForgePush } from '../../model/record.ts'

/** Bytes of a file of facts; far more than the reviews of one pull request take. */
const largest = 5_000_000
const mostEntries = 2000

/** Thrown and caught here only: why a text is no file of facts. */
class Fault extends Error {}

/**
 * Reads what CI wrote down of a forge's answers. Strict: what is missing, not of its type, unknown or there twice refuses all of it,
 * since a fact that is left out may be the one that forbids something. Returns the pull requests, or why there are none.
 */
export function readFacts(text: string): readonly PullRequest[] | string {
  if (text.length > largest) return 'it is larger than 5 MB'
  try {
    return factsOf(JSON.parse(text, refuseHidden))
  } catch (error) {
    if (error instanceof Fault) return error.message
    if (error instanceof SyntaxError) return 'it is no JSON'
    throw error
  }
}

/** `__proto__` and the like are no names of facts. */
function refuseHidden(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new Fault('it holds __proto__')
  return value
}

function factsOf(value: unknown): readonly PullRequest[] {
  const facts = fields(value, 'the file', ['version', 'forge', 'repository', 'requests'])
  if (facts['version'] !== 1) throw new Fault('its version is not 1')
  const host = word(facts['forge'], 'forge', /^[a-z0-9][a-z0-9.-]{0,200}(?::\d{1,5})?$/)
  const repository = word(facts['repository'], 'repository', /^\w[\w.-]{0,99}(?:\/\w[\w.-]{0,99}){1,5}$/)
  const requests = list(facts['requests'], 'requests', (item, at) => requestOf(item, at, host, repository))
  unlikeEachOther(
    requests.map((r) => String(r.number)),
    'two requests have the number',
  )
  return requests
}

function requestOf(value: unknown, at: string, host: string, repository: string): PullRequest {
  const required = ['number', 'target', 'head', 'author', 'reviews', 'pushes']
  const found = fields(value, at, required, ['merged', 'mergedBy', 'mergedAt', 'plans', 'retargetedAt'])
  const number = found['number']
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 1)
    throw new Fault(`${at}.number is no number of a request`)
  const reviews = list(found['reviews'], `${at}.reviews`, reviewOf)
  unlikeEachOther(
    reviews.map((r) => r.id),
    `${at} has two reviews with the id`,
  )
  return {
    host,
    repository,
    number,
    target: word(found['target'], `${at}.target`, /^[^\x00-\x20\x7f~^:?*[\\]{1,200}$/),
    head: objectId(found['head'], `${at}.head`),
    author: accountOf(found['author'], `${at}.author`),
    reviews,
    pushes: list(found['pushes'], `${at}.pushes`, pushOf),
    ...(found['merged'] !== undefined && { merged: objectId(found['merged'], `${at}.merged`) }),
    ...(found['mergedBy'] !== undefined && { mergedBy: accountOf(found['mergedBy'], `${at}.mergedBy`) }),
    ...(found['mergedAt'] !== undefined && { mergedAt: instant(found['mergedAt'], `${at}.mergedAt`) }),
    ...(found['retargetedAt'] !== undefined && { retargetedAt: instant(found['retargetedAt'], `${at}.retargetedAt`) }),
    ...(found['plans'] !== undefined && { plans: list(found['plans'], `${at}.plans`, planOf) }),
  }
}

function reviewOf(value: unknown, at: string): Review {
  const found = fields(value, at, ['id', 'account', 'state', 'commit', 'at'], ['permission'])
  return {
    id: word(found['id'], `${at}.id`, /^[\w.=-]{1,100}$/),
    account: accountOf(found['account'], `${at}.account`),
    ...(found['permission'] !== undefined && {
      permission: oneOf(found['permission'], `${at}.permission`, permissions),
    }),
    state: oneOf(found['state'], `${at}.state`, states),
    commit: objectId(found['commit'], `${at}.commit`),
    at: instant(found['at'], `${at}.at`),
  }
}

function planOf(value: unknown, at: string): PlanCheck {
  const found = fields(value, at, ['name', 'commit', 'plan', 'conclusion'])
  return {
    name: oneOf(found['name'], `${at}.name`, checkNames),
    commit: objectId(found['commit'], `${at}.commit`),
    plan: word(found['plan'], `${at}.plan`, /^sha256:[0-9a-f]{64}$/) as Digest,
    conclusion: oneOf(found['conclusion'], `${at}.conclusion`, conclusions),
  }
}

const states = ['approved', 'changes-requested', 'dismissed', 'commented'] as const
const permissions = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const
const conclusions = ['success', 'failure', 'action-required', 'neutral'] as const

function oneOf<Name extends string>(value: unknown, at: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === value)
  if (found === undefined) throw new Fault(`${at} is none of ${names.join(', ')}`)
  return found
}

function pushOf(value: unknown, at: string): ForgePush {
  const found = fields(value, at, ['login', 'after', 'at'], ['id', 'before'])
  return {
    login: loginOf(found['login'], `${at}.login`),
    ...(found['id'] !== undefined && { id: numberOf(found['id'], `${at}.id`) }),
    ...(found['before'] !== undefined && { before: objectId(found['before'], `${at}.before`) }),
    after: objectId(found['after'], `${at}.after`),
    at: instant(found['at'], `${at}.at`),
  }
}

function accountOf(value: unknown, at: string): ForgeAccount {
  const found = fields(value, at, ['login'], ['id', 'bot'])
  const { bot = false } = found
  if (typeof bot !== 'boolean') throw new Fault(`${at}.bot is neither true nor false`)
  const login = loginOf(found['login'], `${at}.login`)
  const id = found['id'] === undefined ? undefined : numberOf(found['id'], `${at}.id`)
  return { login, ...(id !== undefined && { id }), bot: bot || login.endsWith('[bot]') }
}

const loginOf = (value: unknown, at: string): string => word(value, at, /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}(?:\[bot\])?$/)
const numberOf = (value: unknown, at: string): string => word(value, at, /^[1-9]\d{0,19}$/)
const objectId = (value: unknown, at: string): string => word(value, at, /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)

function instant(value: unknown, at: string): string {
  const text = word(value, at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/)
  if (Number.isNaN(Date.parse(text))) throw new Fault(`${at} is no time`)
  return text
}

function word(value: unknown, at: string, pattern: RegExp): string {
  if (typeof value !== 'string' || !pattern.test(value)) throw new Fault(`${at} is not what it should be`)
  return value
}

function list<Item>(value: unknown, at: string, read: (item: unknown, at: string) => Item): readonly Item[] {
  if (!Array.isArray(value)) throw new Fault(`${at} is no list`)
  if (value.length > mostEntries) throw new Fault(`${at} has more than ${mostEntries} entries`)
  return value.map((item: unknown, i) => read(item, `${at}[${i}]`))
}

function fields(
  value: unknown,
  at: string,
  required: readonly string[],
  optional: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Fault(`${at} is no object`)
  const missing = required.find((name) => !Object.hasOwn(value, name))
  if (missing !== undefined) throw new Fault(`${at} lacks ${missing}`)
  const unknown = Object.keys(value).find((name) => !required.includes(name) && !optional.includes(name))
  if (unknown !== undefined) throw new Fault(`${at} holds ${JSON.stringify(unknown.slice(0, 50))}, which means nothing`)
  return value as Readonly<Record<string, unknown>>
}

function unlikeEachOther(names: readonly string[], what: string): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new Fault(`${what} ${twice}`)
}
