import type { Json, JsonObject } from '../model/document.ts'

/** An event that a forge told us of. Its signature was good; that makes it no more than a hint of where to look. */
export interface Hook {
  /** By which the forge knows this delivery: sent again, it is the same. */
  readonly id: string
  /** `issue_comment` */
  readonly event: string
  readonly payload: JsonObject
}

/** What became of a hook: `known` where it came before, `passed` where it asks for nothing, `full` where it has to come again. */
export type Received = 'accepted' | 'known' | 'passed' | 'full'

/** Hooks of one GitHub repository. */
export interface HookService {
  /** Any of them may have signed; more than one while they are exchanged. */
  readonly secrets: readonly string[]
  readonly receive: (hook: Hook) => Received
}

/** What is asked of the server itself, by whoever watches over it. */
export interface HealthService {
  /** Why it can't do its work now; undefined where it can. */
  readonly trouble: () => string | undefined
  /** Prometheus' text format. */
  readonly metrics: () => string
}

/** Events that somebody sent; whoever it is has still to be seen. */
export interface EventDelivery {
  readonly format: 'alertmanager' | 'cloudevents'
  /** The bearer token that came with it. */
  readonly token: string
  /** Asked for only where the token is known: reads what was sent, or says why that can't be. */
  readonly payload: () => Promise<
    { readonly value: Json } | { readonly status: 400 | 413 | 415; readonly error: string }
  >
}

/** What became of events. */
export type EventsReceived =
  | { readonly status: 202; readonly taken: number }
  | { readonly status: 400 | 401 | 413 | 415 | 503; readonly error: string }

export interface EventService {
  readonly receive: (delivery: EventDelivery) => Promise<EventsReceived>
}

export interface WebServices {
  /** Absent where no forge is served. */
  readonly github?: HookService
  readonly events?: EventService
  readonly health: HealthService
  /** Answers that were given, for whoever counts them. `route` is a pattern of ours, never what was asked for. */
  readonly answered: (answer: { readonly route: string; readonly status: number }) => void
  /** A request that ended in a mistake of ours. */
  readonly failed: (error: unknown) => void
}

export interface Listening {
  /** `http://127.0.0.1:8080` */
  readonly address: string
  /** Takes no more requests, and ends once those under way are answered. */
  close(): Promise<void>
}

/** Listens for HTTP. Throws `RepositoryError` with `listen-impossible` where the address can't be had. */
export type Listen = (at: { readonly host: string; readonly port: number }, services: WebServices) => Promise<Listening>
