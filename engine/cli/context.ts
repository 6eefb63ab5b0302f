import type { Emit } from '../model/event.ts'
import type { World } from '../pipeline/world.ts'

export interface OpenOptions {
  /** Folder inside the estate, below the one of -C; the nearest `plumbline.yaml` above it counts. */
  readonly directory?: string
  /** The person's private key, or a public key that an agent holds, where it is not git's `user.signingkey`. */
  readonly key?: string
  /** Who is told what happens. */
  readonly emit?: Emit
  /** Open a folder in which there is no estate (yet). */
  readonly estateOptional?: boolean
  /**
   * Whether the remote is asked: `must` for what writes records, `may` for what goes on with what the clone knows, `no`
   * (default) for what needs no more than the folder.
   */
  readonly network?: 'must' | 'may' | 'no'
  /** Make the folder where there is none. */
  readonly create?: boolean
}

/** Opens the world around an estate; made by `main.ts`. */
export type OpenWorld = (options: OpenOptions) => Promise<World>
