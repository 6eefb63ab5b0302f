import type { RecordType } from '../model/declared-record.ts'
import type { Json, JsonObject } from '../model/document.ts'
import { defaultsOf, schemaOf } from '../model/form.ts'
import type { Graph } from '../model/graph.ts'
import type { RecordDesk } from '../pipeline/record-types/write.ts'
import type { World } from '../pipeline/world.ts'
import type { CommandContext, Define } from './context.ts'
import { answerAs } from './forms/answer-as.ts'
import type { Prompter } from './forms/prompter.ts'
import { handHere } from './hand-here.ts'
import { keyOption } from './key-option.ts'
import { progress } from './progress.ts'
import { filterOf, type ListOptions, listOptions } from './record-list.ts'
import { repeated } from './repeated.ts'
import { Refusal } from './run-action.ts'
import { exit } from './terminal.ts'
import { columns } from './views/columns.ts'
import { recordLine, recordText, recordTypeText } from './views/declared-text.ts'
import { listRow } from './views/desk-text.ts'

type Sub = Parameters<Define>[0]

/**
 * Commands for the records of a type, made of its declaration: `plumbline incident new|list|show|comment|link|…`.
 *
 * @param instead moves whose commands have a form of their own
 */
export const forType = (type: RecordType, instead: Readonly<Record<string, (sub: Sub) => void>> = {}): Define => {
  const { name, spec } = type
  const title = spec.title.toLowerCase()
  return (command, context) => {
    defineList(command.command('list').description(`list ${spec.plural}, newest first`), context, type)
    defineShow(command.command('show').description(`show one ${title}`), context, type)
    for (const [move, transition] of Object.entries(spec.transitions)) {
      const sub = command.command(move).description(transition.title)
      const own = Object.hasOwn(instead, move) ? instead[move] : undefined
      if (own !== undefined) own(sub)
      else if (move === 'new') defineNew(sub, context, type)
      else defineMove(sub, context, type, move)
    }
    defineSay(command.command('comment').description('say something about it'), context, type)
    defineLink(command.command('link').description('link it to something else'), context, type)
    command
      .command('types')
      .description(`show the states and moves of ${spec.plural}`)
      .option('--json', 'print JSON')
      .action(async (options: { json?: boolean }) =>
        context.run(async () => {
          context.terminal.out(
            options.json === true
              ? `${JSON.stringify({ name, ...spec }, null, 2)}\n`
              : recordTypeText(type, context.terminal.colors),
          )
          return exit.ok
        }, options),
      )
  }
}

interface MoveOptions {
  readonly message?: string
  readonly title?: string
  readonly link?: readonly string[]
  readonly key?: string
  readonly json?: boolean
  readonly [field: string]: unknown
}

function defineNew(command: Sub, context: CommandContext, type: RecordType): void {
  const names = type.spec.transitions['new']?.sets ?? Object.keys(type.spec.fields.properties)
  addFields(command, type, names)
    .argument('[title]', 'what it is about, in one line')
    .option('-m, --message <text>', 'more about it')
    .option('--link <relation=what>', 'link it to a record, a change or a document (again for more)', repeated)
    .option(...keyOption)
    .option('--json', 'print JSON')
    .action(async (said: string | undefined, options: MoveOptions) =>
      context.run(async () => {
        const given = { ...defaultsOf(type), ...fieldsOf(type, options) }
        const wanted = neededBy(type, 'new').filter((name) => names.includes(name) && given[name] === undefined)
        const prompter = await prompterOf(context, options)
        if (prompter === undefined && (said === undefined || wanted.length > 0))
          return missing(context, [
            ...(said === undefined ? ['<title>'] : []),
            ...wanted.map((name) => `--${kebab(name)}`),
          ])
        const made = await write(context, options, async ({ graph, records }) => {
          const title =
            said ?? (await prompter?.text({ message: 'What is it about, in one line?', validate: notEmpty }))
          const asked = title === undefined ? undefined : await askFor(prompter, type, wanted, graph)
          if (title === undefined || asked === undefined) return undefined
          const links = (options.link ?? []).map(linkOf)
          return records((desk) =>
            desk.open(type.name, {
              title,
              fields: { ...given, ...asked },
              links,
              ...(options.message !== undefined && { text: options.message }),
            }),
          )
        })
        return made === undefined ? brokenOff(context) : shown(context, type, made, options)
      }, options),
    )
}

/** Fields that have to be there after a move, by its list or by a guard that asks for one. */
function neededBy({ spec }: RecordType, move: string): readonly string[] {
  const transition = spec.transitions[move]
  const always = move === 'new' ? (spec.fields.required ?? []) : []
  const guarded = (transition?.guards ?? []).flatMap(({ rule }) =>
    [...rule.matchAll(/\bhas\(record\.fields\.(\w+)\)/g)].map((match) => match[1] ?? ''),
  )
  const set = guarded.filter((name) => transition?.sets?.includes(name) === true)
  return [...new Set([...always, ...(transition?.requires ?? []), ...set])]
}

/** Somebody to ask; nobody where a script is at work. */
async function prompterOf({ terminal }: CommandContext, { json }: MoveOptions): Promise<Prompter | undefined> {
  return terminal.interactive && json !== true ? terminal.prompter?.() : undefined
}

/** What was asked for; undefined where somebody broke off. */
async function askFor(
  prompter: Prompter | undefined,
  { spec }: RecordType,
  names: readonly string[],
  graph: Graph,
): Promise<JsonObject | undefined> {
  if (prompter === undefined || names.length === 0) return {}
  const [{ askFields }, { documentChoices }] = await Promise.all([
    import('./forms/ask-fields.ts'),
    import('./forms/document-choices.ts'),
  ])
  return askFields(prompter, { properties: spec.fields.properties, names, documents: documentChoices(graph) })
}

const notEmpty = (text: string): string | undefined => (text.trim() === '' ? 'say it in a few words' : undefined)

function missing({ terminal }: CommandContext, what: readonly string[]): number {
  terminal.err(`error: missing ${what.join(', ')}; a terminal asks for them\n`)
  return exit.usage
}

function brokenOff({ terminal }: CommandContext): number {
  terminal.err('nothing was written\n')
  return exit.interrupted
}

function defineMove(command: Sub, context: CommandContext, type: RecordType, move: string): void {
  const transition = type.spec.transitions[move]
  const sets = transition?.sets ?? []
  addFields(
    command,
    type,
    sets.filter((name) => name !== 'title'),
  )
  if (sets.includes('title')) command.option('--title <text>', 'another title')
  command
    .argument('<number>', `number of the ${type.spec.title.toLowerCase()}, ${type.spec.prefix}-2026-00042`)
    .option('-m, --message <text>', transition?.comment === 'required' ? 'why; it has to be said' : 'a word about it')
    .option('--link <relation=what>', 'link it to a record, a change or a document (again for more)', repeated)
    .option(...keyOption)
    .option('--json', 'print JSON')
    .action(async (id: string, options: MoveOptions) =>
      context.run(async () => {
        const made = await write(context, options, async ({ world, graph, records }) => {
          const said = await sayMore(context, world, graph, { type, move, id, options })
          if (said === undefined) return undefined
          return records((desk) =>
            desk.move(type.name, id, {
              name: move,
              fields: said.fields,
              links: (options.link ?? []).map(linkOf),
              ...(options.title !== undefined && { title: options.title }),
              ...(said.message !== undefined && { text: said.message }),
            }),
          )
        })
        return made === undefined ? brokenOff(context) : shown(context, type, made, options)
      }, options),
    )
}

/** What a move needs and nobody has said is asked for, where somebody sits there; undefined where they broke off. */
async function sayMore(
  context: CommandContext,
  world: World,
  graph: Graph,
  { type, move, id, options }: { type: RecordType; move: string; id: string; options: MoveOptions },
): Promise<{ readonly fields: JsonObject; readonly message?: string } | undefined> {
  const fields = fieldsOf(type, options)
  const plain = { fields, ...(options.message !== undefined && { message: options.message }) }
  const prompter = await prompterOf(context, options)
  if (prompter === undefined) return plain
  const { declaredRecord } = await import('../pipeline/record-types/read.ts')
  const there = (await declaredRecord(world, type.name, id))?.record.fields
  // Where there is none, the move itself says so.
  if (there === undefined) return plain
  const transition = type.spec.transitions[move]
  const wanted = neededBy(type, move).filter(
    (name) => transition?.sets?.includes(name) === true && fields[name] === undefined && there[name] === undefined,
  )
  const asked = await askFor(prompter, type, wanted, graph)
  if (asked === undefined) return undefined
  if (transition?.comment !== 'required' || options.message !== undefined)
    return { ...plain, fields: { ...fields, ...asked } }
  const message = await prompter.text({ message: 'Why?', validate: notEmpty })
  return message === undefined ? undefined : { fields: { ...fields, ...asked }, message }
}

function defineSay(command: Sub, context: CommandContext, type: RecordType): void {
  command
    .argument('<number>', 'its number')
    .argument('<text>', 'what is to be said')
    .option(...keyOption)
    .option('--json', 'print JSON')
    .action(async (id: string, text: string, options: MoveOptions) =>
      context.run(async () => {
        const made = await write(context, options, ({ records }) =>
          records((desk) => desk.comment(type.name, id, text)),
        )
        return shown(context, type, made, options)
      }, options),
    )
}

function defineLink(command: Sub, context: CommandContext, type: RecordType): void {
  command
    .argument('<number>', 'its number')
    .argument('<relation>', 'how: caused-by, fixed-by, duplicate-of, …')
    .argument('<what>', 'a change, a record or a document')
    .option(...keyOption)
    .option('--json', 'print JSON')
    .action(async (id: string, relation: string, to: string, options: MoveOptions) =>
      context.run(async () => {
        const made = await write(context, options, ({ records }) =>
          records((desk) => desk.link(type.name, id, { relation, to })),
        )
        return shown(context, type, made, options)
      }, options),
    )
}

/** What the person at the keyboard writes with. */
interface Pen {
  readonly world: World
  /** The documents that judge what they write. */
  readonly graph: Graph
  readonly records: <Result>(work: (desk: RecordDesk) => Promise<Result>) => Promise<Result>
}

async function write<Result>(
  { open }: CommandContext,
  { key }: MoveOptions,
  work: (pen: Pen) => Promise<Result>,
): Promise<Result> {
  const world = await open({ network: 'must', ...(key !== undefined && { key }) })
  const { writeRecords } = await import('../pipeline/record-types/write.ts')
  const hand = await handHere(world)
  return work({ world, graph: hand.estate.graph, records: (moves) => writeRecords(world, hand, moves) })
}

function shown(
  { terminal }: CommandContext,
  type: RecordType,
  record: Parameters<typeof recordLine>[1],
  { json }: MoveOptions,
): number {
  terminal.out(
    json === true ? `${JSON.stringify(record, null, 2)}\n` : `${recordLine(type, record, terminal.colors)}\n`,
  )
  return exit.ok
}

function defineList(command: Sub, context: CommandContext, type: RecordType): void {
  const { terminal } = context
  listOptions(command)
    .option('--state <state>', `only those that are ${Object.keys(type.spec.states).join(', ')}`)
    .option('--all', 'also those that are over')
    .option(...keyOption)
    .action(async (options: ListOptions & { readonly state?: string; readonly all?: boolean; readonly key?: string }) =>
      context.run(async () => {
        const { state, all, json, key } = options
        const world = await context.open({
          network: 'may',
          emit: progress(terminal),
          ...(key !== undefined && { key }),
        })
        const { deskHere } = await import('../pipeline/desk/desk-here.ts')
        const { index } = await deskHere(world)
        const over = state !== undefined && type.spec.states[state]?.final === true
        const found = await index.find({
          ...(await filterOf(world, options)),
          ...{ types: [type.name], order: 'newest' },
          ...(state !== undefined && { states: [state] }),
          ...(all !== true && !over && { open: true }),
        })
        if (json === true)
          terminal.out(`${JSON.stringify({ [type.name]: found.map(({ record }) => record) }, null, 2)}\n`)
        else if (found.length === 0) terminal.out(`no ${type.spec.plural}${all === true || over ? '' : ' are open'}\n`)
        else terminal.out(`${columns(found.map(listRow)).join('\n')}\n`)
        return exit.ok
      }, options),
    )
}

function defineShow(command: Sub, context: CommandContext, type: RecordType): void {
  const { terminal } = context
  command
    .argument('<number>', 'its number')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { json?: boolean }) =>
      context.run(async () => {
        const world = await context.open({ network: 'may' })
        const { declaredRecord } = await import('../pipeline/record-types/read.ts')
        const found = await declaredRecord(world, type.name, id)
        if (found === undefined) {
          const { unknownRecord } = await import('../pipeline/record-types/write.ts')
          throw new Refusal([unknownRecord(type.name, id)])
        }
        const { standingNow } = await import('../pipeline/desk/standing.ts')
        const standing = await standingNow(world, type, found.record)
        if (options.json === true) {
          const { now: _, ...of } = standing
          terminal.out(`${JSON.stringify({ record: found.record, ...of, history: found.history }, null, 2)}\n`)
        } else terminal.out(recordText(type, found.record, terminal.colors, standing))
        return exit.ok
      }, options),
    )
}

/** Options for fields, in the words of their schema. */
function addFields(command: Sub, { spec }: RecordType, names: readonly string[]): Sub {
  for (const name of names) {
    const schema = schemaOf(spec.fields.properties, name)
    if (schema === undefined) continue
    const flag = `--${kebab(name)}`
    const about = aboutField(schema)
    if (schema['type'] === 'boolean') command.option(flag, about)
    else if (schema['type'] === 'array') command.option(`${flag} <value>`, `${about} (again for more)`, repeated)
    else command.option(`${flag} <value>`, about)
  }
  return command
}

function aboutField(schema: JsonObject): string {
  const { description, enum: values, default: usual } = schema
  return [
    String(description ?? '').replace(/\.$/, ''),
    ...(Array.isArray(values) ? [`one of ${values.join(', ')}`] : []),
    ...(usual === undefined ? [] : [`default ${String(usual)}`]),
  ].join('; ')
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** Options that were given, as their schema wants them: commander camel-cases the flags back into the fields' names. */
function fieldsOf({ spec }: RecordType, options: MoveOptions): JsonObject {
  const fields: Record<string, Json> = {}
  for (const name of Object.keys(spec.fields.properties)) {
    const value = name === 'title' || name === 'link' ? undefined : options[name]
    const schema = schemaOf(spec.fields.properties, name)
    if (value === undefined || schema === undefined) continue
    fields[name] = answerAs(schema, value as Json)
  }
  return fields
}

function linkOf(text: string): { readonly relation: string; readonly to: string } {
  const at = text.indexOf('=')
  return at < 1 ? { relation: 'about', to: text } : { relation: text.slice(0, at), to: text.slice(at + 1) }
}
