/** How an answer can go wrong. */
export type Fault =
  /** The server is in trouble; nothing was done. */
  | { readonly kind: 'status'; readonly status: 500 | 502 | 503 | 504 }
  /** The secondary limit; `retryAfter` in seconds. */
  | { readonly kind: 'secondary-limit'; readonly status?: 403 | 429; readonly retryAfter: number }
  /** The hour's requests are used up; `resetIn` in seconds. */
  | { readonly kind: 'rate-limit'; readonly status?: 403 | 429; readonly resetIn: number }
  /** The connection ends before anything was done. */
  | { readonly kind: 'cut' }
  /** It was done, and the connection ends before the answer. */
  | { readonly kind: 'lost-answer' }
  /** It was done, and the connection ends in the middle of the answer. */
  | { readonly kind: 'half-answer' }
  /** A page of a proxy instead of an answer, with this status (200 where nothing is said). */
  | { readonly kind: 'no-json'; readonly status?: number }

/** Requests that are meant; `path` below the API's base, or that on the server for git. */
export interface Match {
  readonly method?: string
  readonly path?: RegExp
}

export interface Gate {
  /** Resolves once a request stands before it. */
  readonly arrived: Promise<void>
  open(): void
}
