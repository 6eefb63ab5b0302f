/** Whether something answers, seen from the machine that applies. */
export interface Reach {
  tcp(address: string, port: number, deadline: number): Promise<{ readonly ok: boolean; readonly detail: string }>
  /** Holds for any 2xx answer. */
  http(url: string, deadline: number): Promise<{ readonly ok: boolean; readonly detail: string }>
}
