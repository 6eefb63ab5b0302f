import type { World } from '../pipeline/world.ts'

export interface OpenOptions {
  /** Folder inside the estate; the nearest `plumbline.yaml` above it counts. */
  readonly directory?: string | undefined
  /** The person's private key or public key of an agent, where it is not git's `user.signingkey`. */
  readonly key?: string | undefined
}

/** Opens the world around an estate; made by `main.ts`. */
export type OpenWorld = (options: OpenOptions) => Promise<World>
