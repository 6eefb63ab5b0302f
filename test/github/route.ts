import type { Permission } from './fake-github.ts'
import type { Actor, RepositoryState, State } from './state.ts'

/** An answer of the interface. A `list` is cut into pages by the server, with Link headers. */
export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly list?: {
    readonly items: readonly unknown[]
    /** Makes what is told of an item; only for those of the page. */
    readonly shape?: (item: never) => unknown
    /** Name of the field that holds the items, where the answer is an object with `total_count`. */
    readonly field?: string
    /** Pages are named by the item they begin after, instead of by number. */
    readonly cursor?: boolean
  }
}

export interface Call {
  readonly state: State
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: Readonly<Record<string, unknown>>
  readonly actor: Actor | undefined
}

export interface RepositoryCall extends Call {
  readonly repository: RepositoryState
  /** Asking for something of a repository takes a token here, so that there always is one. */
  readonly actor: Actor
}

/** Who may: a person by what they may do in the repository, an App or job by its permissions. */
export interface Access {
  readonly person: Permission | 'nobody'
  readonly app: readonly [name: string, level: 'read' | 'write'] | 'any' | 'nobody'
}

export interface Route {
  /** `GET /repos/{owner}/{repo}`: just as in GitHub's description. */
  readonly operation: string
  readonly access?: Access
  readonly run: (call: Call) => Answer | Promise<Answer>
}

/** GitHub says no. */
export class Refusal extends Error {
  readonly status: number
  readonly more: Readonly<Record<string, unknown>>

  constructor(status: number, message: string, more: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.status = status
    this.more = more
  }
}

/** A route below `/repos/{owner}/{repo}`. */
export function repositoryRoute(
  operation: string,
  access: Access,
  run: (call: RepositoryCall) => Answer | Promise<Answer>,
): Route {
  const [method, path] = operation.split(' ')
  return {
    operation: `${method} /repos/{owner}/{repo}${path ?? ''}`,
    access,
    run: (call) => run(call as RepositoryCall),
  }
}

export const reads = (name: string, person: Permission = 'read'): Access => ({ person, app: [name, 'read'] })
export const writes = (name: string, person: Permission = 'write'): Access => ({ person, app: [name, 'write'] })

/** The 422 of a field that does not do. */
export function invalid(resource: string, field: string, code = 'invalid', message?: string): Refusal {
  const error = { resource, field, code, ...(message === undefined ? {} : { message }) }
  return new Refusal(422, 'Validation Failed', { errors: [error] })
}

export function text(body: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = body[name]
  return typeof value === 'string' ? value : undefined
}

export function texts(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((v) => (typeof v === 'string' ? [v] : []))
}

/** A list whose items are told by a shape. */
export function listOf<T>(items: readonly T[], shape: (item: T) => unknown, field?: string): Answer {
  return { status: 200, list: { items, shape, ...(field === undefined ? {} : { field }) } }
}

/** A 200, or another status, with a body. */
export function answer(body: unknown, status = 200): Answer {
  return { status, body }
}
