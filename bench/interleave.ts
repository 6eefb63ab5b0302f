import { type Command, measureCommand, type Sample } from './measure-command.ts'

/** What some runs of one command cost. */
export interface Samples {
  readonly runs: readonly Sample[]
  /** Medians, in milliseconds. */
  readonly wall: number
  readonly cpu: number
}

/**
 * Runs each command once in every round, in an order that turns by one with each round, so that what else happens on the
 * machine falls on all of them alike. One round before the first is not counted: it fills the caches of the system.
 */
export async function interleave<Name extends string>(
  commands: Readonly<Record<Name, Command>>,
  rounds: number,
): Promise<Record<Name, Samples>> {
  const contenders = (Object.entries(commands) as [Name, Command][]).map(([name, command]) => {
    return { name, command, runs: [] as Sample[] }
  })
  for (const { command } of contenders) await measureCommand(command)
  for (let round = 0; round < rounds; round++) {
    const turn = round % contenders.length
    for (const { command, runs } of [...contenders.slice(turn), ...contenders.slice(0, turn)]) {
      runs.push(await measureCommand(command))
    }
  }
  return Object.fromEntries(contenders.map(({ name, runs }) => [name, summarise(runs)])) as Record<Name, Samples>
}

export function summarise(runs: readonly Sample[]): Samples {
  return { runs, wall: median(runs.map((r) => r.wall)), cpu: median(runs.map((r) => r.cpu)) }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}
