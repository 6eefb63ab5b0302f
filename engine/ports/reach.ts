/** What an HTTP server answered, or why nothing came. */
export type Answer = { readonly status: number; readonly body: string } | { readonly failed: string }

/** Whether something answers, seen from the machine that applies. */
export interface Reach {
  tcp(address: string, port: number, deadline: number): Promise<{ readonly ok: boolean; readonly detail: string }>
  /** Follows no redirect. `bodyCap`: bytes of the body that are read; none where 0. */
  http(url: string, options: { readonly deadline: number; readonly bodyCap: number }): Promise<Answer>
}
