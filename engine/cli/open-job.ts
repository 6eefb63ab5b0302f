import type { Emit } from '../model/event.ts'
import type { Surroundings } from '../pipeline/ci/surroundings.ts'
import type { World } from '../pipeline/world.ts'
import type { CommandContext, OpenOptions } from './context.ts'
import { progress } from './progress.ts'
import type { Terminal } from './terminal.ts'
import { harmlessTerminal } from './workflow-lines.ts'

/** A command that runs as a job of a forge. */
export interface Job {
  readonly world: World
  /** The one to write to: nothing that is printed there is taken for a command. */
  readonly terminal: Terminal
  readonly surroundings: Surroundings
  /** Adds to the job's summary, where there is one. */
  readonly summarize: (markdown: string) => Promise<void>
  readonly output: (outputs: Readonly<Record<string, string>>) => Promise<void>
}

export async function openJob(
  context: CommandContext,
  options: Pick<OpenOptions, 'reviews'> & { readonly json?: boolean; readonly emit?: (terminal: Terminal) => Emit },
): Promise<Job> {
  const { surroundingsOf } = await import('../pipeline/ci/surroundings.ts')
  const { outputLines } = await import('../pipeline/ci/outputs.ts')
  const surroundings = surroundingsOf(context.terminal.env)
  const terminal = surroundings.inActions ? harmlessTerminal(context.terminal, options.json === true) : context.terminal
  const world = await context.open({
    network: 'must',
    emit: (options.emit ?? progress)(terminal),
    ...(options.reviews !== undefined && { reviews: options.reviews }),
  })
  // A step has these files to itself.
  const add = async (path: string | undefined, text: string): Promise<void> => {
    if (path !== undefined && text !== '')
      await world.writeText(path, `${(await world.readIfThere(path)) ?? ''}${text}`)
  }
  return {
    world,
    terminal,
    surroundings,
    summarize: (markdown) => add(surroundings.summary, markdown),
    output: (outputs) => add(surroundings.outputs, outputLines(outputs, `plumbline-${world.uuid()}`)),
  }
}
