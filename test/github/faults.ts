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
  /** A page of a proxy instead of an answer, with this status (200 where nothing is said); nothing was done. */
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

interface Planned {
  readonly fault: Fault
  readonly when: Match
  left: number
}

interface Waiting {
  readonly when: Match
  readonly arrive: () => void
  readonly opened: Promise<void>
}

/** What a test has planned to go wrong, first planned first. */
export interface FaultPlan {
  add(fault: Fault, times: number, when: Match): void
  hold(when: Match): Gate
  /** Waits where a gate stands in the way of a request; resolves to what goes wrong with it. */
  meet(method: string, path: string): Promise<Fault | undefined>
  /** Opens all gates: nobody waits for a server that ends. */
  end(): void
}

export function faultPlan(): FaultPlan {
  const planned: Planned[] = []
  const gates: Waiting[] = []
  const openers = new Set<() => void>()
  const matches = (when: Match, method: string, path: string) =>
    (when.method === undefined || when.method === method) && (when.path === undefined || when.path.test(path))
  return {
    add(fault, times, when) {
      planned.push({ fault, when, left: times })
    },
    hold(when) {
      const arrival = signal()
      const opening = signal()
      gates.push({ when, arrive: arrival.resolve, opened: opening.promise })
      openers.add(opening.resolve)
      return { arrived: arrival.promise, open: opening.resolve }
    },
    async meet(method, path) {
      const place = gates.findIndex((gate) => matches(gate.when, method, path))
      const [gate] = place < 0 ? [] : gates.splice(place, 1)
      gate?.arrive()
      await gate?.opened
      const found = planned.find((p) => p.left > 0 && matches(p.when, method, path))
      if (found !== undefined) found.left -= 1
      return found?.fault
    },
    end() {
      for (const open of openers) open()
    },
  }
}

function signal(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((r) => {
    resolve = r
  })
  return { promise, resolve }
}
