import type { Command } from 'commander'
import type { Emit } from '../model/event.ts'
import type { World } from '../pipeline/world.ts'
import type { Terminal } from './terminal.ts'

export interface OpenOptions {
  /** Folder inside the estate, below the one of -C; the nearest `plumbline.yaml` above it counts. */
  readonly directory?: string
  /** The person's private key, or a public key that an agent holds, where it is not git's `user.signingkey`. */
  readonly key?: string
  /** Where reviews are read: the forge itself, or a file with what it says of pull requests. Nowhere, where nothing is said. */
  readonly reviews?: 'forge' | { readonly file: string }
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

/**
 * Opens the world around an estate; made by `main.ts`, which closes it in the end. Who opens many closes each, where that can be.
 */
export type OpenWorld = (options: OpenOptions) => Promise<World & { readonly close?: () => Promise<void> }>

/** What a module under `commands/` exports as `define`. */
export type Define = (command: Command, context: CommandContext) => void | Promise<void>

export interface CommandContext {
  readonly terminal: Terminal
  /** Opens the estate in the folder the user means. */
  readonly open: OpenWorld
  readonly version: string
  /** Runs an action and remembers its exit status; mistakes become diagnostics. */
  readonly run: (action: () => Promise<number>, options: { readonly json?: boolean | undefined }) => Promise<void>
  /** Runs a command line in other surroundings: the demo types commands as a user would. */
  readonly runProgram: RunProgram
}

/** Where a command line runs. */
export type Surroundings = Pick<CommandContext, 'terminal' | 'open' | 'version'>

/** Parses the arguments, runs the command they name and returns the exit status. */
export type RunProgram = (argv: readonly string[], surroundings: Surroundings) => Promise<number>
