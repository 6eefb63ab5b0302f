import type { Command } from 'commander'
import type { RecordType } from '../../model/declared-record.ts'
import type { CommandContext, Define } from '../context.ts'
import { forType } from '../define-record.ts'

/** Commands of a type that comes with the engine, as the estate has it where it has its own. */
export const forTypeNamed =
  (name: string): Define =>
  async (command, context) => {
    const type = (await typesHere(context)).get(name)
    if (type !== undefined) await forType(type)(command, context)
  }

/** Commands of a type that only the estate knows, or that its ledger still has records of; false where there is none of that name. */
export async function defineOwnType(name: string, command: Command, context: CommandContext): Promise<boolean> {
  const types = await typesHere(context)
  const type = types.get(name) ?? (await formerType(name, types, context))
  if (type === undefined) return false
  await forType(type)(command.description(`work with ${type.spec.plural}`), context)
  return true
}

async function formerType(
  name: string,
  types: ReadonlyMap<string, RecordType>,
  context: CommandContext,
): Promise<RecordType | undefined> {
  try {
    const world = await context.open({ network: 'no' })
    const { formerType: find } = await import('../../pipeline/record-types/command-types.ts')
    return await find(world, types, name)
  } catch {
    return undefined
  }
}

/** Where no estate can be opened there are those that come with the engine: why it can't be is said when a command needs it. */
export async function typesHere(context: CommandContext): Promise<ReadonlyMap<string, RecordType>> {
  try {
    const world = await context.open({ estateOptional: true })
    const { commandTypes } = await import('../../pipeline/record-types/command-types.ts')
    return await commandTypes(world)
  } catch {
    const { recordTypes } = await import('../../generated/record-types.ts')
    return new Map([...recordTypes].map(([name, { spec }]) => [name, { name, spec }]))
  }
}
