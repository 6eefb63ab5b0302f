import type { CodeOwners } from '../change/code-owners.ts'
import type { Graph } from '../model/graph.ts'
import type { ForgeSettings } from '../ports/forge.ts'

/** What is looked at; each part is left out where it could not be had. */
export interface DoctorFacts {
  readonly forge?: ForgeFacts
  readonly estate?: EstateFacts
  readonly machine?: MachineFacts
}

export interface ForgeFacts {
  readonly settings: ForgeSettings
  /** Short names of the branch that is applied, and of the ledger's. */
  readonly target: string
  readonly ledger: string
  /** Nobody else has to agree in this estate. */
  readonly solo: boolean
}

/** The branch that is applied, as it stands. */
export interface EstateFacts {
  readonly graph: Graph
  readonly codeOwners?: CodeOwners
  /** Host name of the forge; none where there is no forge. */
  readonly host?: string
  /** Files below `.github/workflows/`, by path. */
  readonly workflows: ReadonlyMap<string, string>
  /** Paths of files below `.github/`. */
  readonly forgeFiles: readonly string[]
}

export interface MachineFacts {
  /** `2.43.0`; undefined where git does not say. */
  readonly git: string | undefined
  readonly shallow: boolean
  /** Address of the remote; undefined where there is none. */
  readonly remote: string | undefined
  /** A key or an agent is there to log in to hosts with. */
  readonly login: boolean
  /** Of the engine's key: its fingerprint, and whether the estate lists it. None where this machine has none. */
  readonly engineKey?: { readonly fingerprint: string; readonly listed: boolean }
}
