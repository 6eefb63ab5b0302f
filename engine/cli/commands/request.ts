import type { JsonObject } from '../../model/document.ts'
import type { Graph } from '../../model/graph.ts'
import type { CommandContext, Define } from '../context.ts'
import { forType } from '../define-record.ts'
import { formOf } from '../form-options.ts'
import type { Prompter } from '../forms/prompter.ts'
import { handHere } from '../hand-here.ts'
import { keyOption } from '../key-option.ts'
import { repeated } from '../repeated.ts'
import { exit } from '../terminal.ts'
import { recordLine } from '../views/declared-text.ts'
import { typesHere } from './record-type.ts'

interface Options {
  readonly title?: string
  readonly set?: readonly string[]
  readonly reason?: string
  readonly urgency?: string
  readonly service?: string
  readonly team?: string
  readonly requester?: string
  readonly key?: string
  readonly json?: boolean
}

/** `plumbline request`: what people ask for, from the catalogue or in their own words. */
export const define: Define = async (command, context) => {
  const type = (await typesHere(context)).get('request')
  if (type === undefined) return
  await forType(type, { new: (sub) => defineNew(sub, context, type) })(command, context)
}

type Sub = Parameters<Define>[0]
type Type = Parameters<typeof forType>[0]

function defineNew(command: Sub, context: CommandContext, type: Type): void {
  const { terminal } = context
  command
    .argument('[item]', 'what it is, from plumbline catalog')
    .option('--title <text>', 'what it is about; needed where it is from no catalogue')
    .option('--set <question=answer>', 'answer a question of the item (again for more)', repeated)
    .option('--reason <text>', 'why it is needed')
    .option('--urgency <urgency>', 'how long it can wait: high, medium, low')
    .option('--service <service>', 'the service it belongs to')
    .option('--team <team>', 'the team whose work it is')
    .option('--requester <who>', 'for whom it is, where that is somebody else')
    .option(...keyOption)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline request new shell-access --set host=web-01 --set hours=8 --reason "the shop is slow"\n  plumbline request new --title "A larger screen" --team platform',
    )
    .action(async (item: string | undefined, options: Options) =>
      context.run(async () => {
        const { set, key, json, ...said } = options
        const prompter = terminal.interactive && json !== true ? await terminal.prompter?.() : undefined
        if (item === undefined && said.title === undefined) {
          terminal.err('error: say which item of the catalogue, or what it is about with --title\n')
          return exit.usage
        }
        const world = await context.open({ network: 'must', ...(key !== undefined && { key }) })
        const { submitRequest } = await import('../../pipeline/fulfilment/submit.ts')
        const hand = await handHere(world)
        const form = await answers(prompter, hand.estate.graph, item, set ?? [])
        if (form === undefined) {
          terminal.err('nothing was written\n')
          return exit.interrupted
        }
        const record = await submitRequest(world, hand, { ...said, form, ...(item !== undefined && { item }) })
        terminal.out(
          json === true ? `${JSON.stringify(record, null, 2)}\n` : `${recordLine(type, record, terminal.colors)}\n`,
        )
        return exit.ok
      }, options),
    )
}

/** The answers that were given, and to what has to be answered and is not yet, where somebody sits there; undefined where they broke off. */
async function answers(
  prompter: Prompter | undefined,
  graph: Graph,
  name: string | undefined,
  set: readonly string[],
): Promise<JsonObject | undefined> {
  const { itemQuestions } = await import('../../pipeline/desk/item-questions.ts')
  const item = name === undefined ? undefined : itemQuestions(graph, name)
  if (item === undefined) return formOf(set)
  const { properties, required } = item
  const form = formOf(set, properties)
  if (prompter === undefined) return form
  const [{ askFields }, { documentChoices }] = await Promise.all([
    import('../forms/ask-fields.ts'),
    import('../forms/document-choices.ts'),
  ])
  const names = required.filter((question) => form[question] === undefined)
  const asked = await askFields(prompter, { properties, names, documents: documentChoices(graph) })
  return asked && { ...form, ...asked }
}
