import type { Sha256 } from '../model/canonical.ts'
import type { Emit } from '../model/event.ts'
import type { Kinds } from '../model/kind.ts'
import type { Envelope, LockHolder } from '../model/record.ts'
import type { ResourceType } from '../model/resource.ts'
import type { Clock } from '../ports/clock.ts'
import type { HostConnector } from '../ports/host-session.ts'
import type { Journal } from '../ports/journal.ts'
import type { Ledger } from '../ports/ledger.ts'
import type { Reach } from '../ports/reach.ts'
import type { Repository, Signer } from '../ports/repository.ts'

/** A file as bytes, however it was come by. */
export interface SourceFile {
  readonly path: string
  /** git's mode; links and submodules are refused. */
  readonly mode: string
  readonly bytes: Uint8Array
  /** Object id, where it comes from git: parsed documents are kept by it. */
  readonly blob?: string
}

export type SignatureCheck =
  | { readonly ok: true; readonly publicKey: string }
  | { readonly ok: false; readonly because: string }

/** Everything the pipeline needs from outside, wired by `main.ts`. Ports that cost something to open are opened when first asked for. */
export interface World {
  /** Root of the estate: the folder of `plumbline.yaml`. */
  readonly root: string
  readonly engineVersion: string
  readonly clock: Clock
  readonly sha256: Sha256
  readonly uuid: () => string
  /** The kinds that come with the engine. */
  readonly kinds: Kinds
  readonly types: ReadonlyMap<string, ResourceType>
  readonly repository: () => Promise<Repository>
  readonly ledger: () => Promise<Ledger>
  readonly journal: () => Promise<Journal>
  readonly connector: () => Promise<HostConnector>
  readonly reach: Reach
  /** Key of this engine: signs every record but approvals. */
  readonly engineSigner: () => Promise<Signer>
  /** Key of the person at the keyboard: signs approvals and commits. */
  readonly personSigner: () => Promise<Signer>
  readonly verifySignature: (armoured: string, data: Uint8Array, namespace: string) => SignatureCheck
  readonly verifyEnvelope: (envelope: Envelope) => SignatureCheck
  /** Files of the working folder. */
  readonly workFiles: () => Promise<readonly SourceFile[]>
  readonly emit: Emit
  /** This process, as a lock names its holder; and whether another holder is seen to have died. */
  readonly process: Pick<LockHolder, 'by' | 'machine' | 'pid' | 'started'>
  readonly hasDied: (holder: LockHolder) => boolean
  /** True once somebody asked to stop. */
  readonly stopping: () => boolean
}
