/** What a machine brings along, as far as Plumbline needs it. */
export interface Machine {
  /** Version of git: `2.43.0`; undefined where it does not say. */
  readonly git: string | undefined
  readonly shallow: boolean
  /** Address of the remote; undefined where there is none. */
  readonly remote: string | undefined
  /** A key or an agent is there to log in to hosts with. */
  readonly login: boolean
  /** There is a key for the engine to sign with. */
  readonly engineKey: boolean
}
