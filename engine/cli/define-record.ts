import type { RecordType } from '../model/declared-record.ts'
import type { Json, JsonObject } from '../model/document.ts'
import { escapeControls } from '../model/escape.ts'
import type { World } from '../pipeline/world.ts'
import type { CommandContext, Define } from './context.ts'
import { keyOption } from './key-option.ts'
import { repeated } from './repeated.ts'
import { Refusal } from './run-action.ts'
import { exit } from './terminal.ts'
import { columns } from './views/columns.ts'
import { recordLine, recordText, recordTypeText } from './views/declared-text.ts'
import { wholeNumber } from './whole-number.ts'

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
  const { fields } = type.spec
  const wanted = new Set(fields.required ?? [])
  addFields(command, type, type.spec.transitions['new']?.sets ?? Object.keys(fields.properties), wanted)
    .argument('<title>', 'what it is about, in one line')
    .option('-m, --message <text>', 'more about it')
    .option('--link <relation=what>', 'link it to a record, a change or a document (again for more)', repeated)
    .option(...keyOption)
    .option('--json', 'print JSON')
    .action(async (title: string, options: MoveOptions) =>
      context.run(async () => {
        const made = await write(context, options, async (world, { personsHand, writeRecords }) => {
          const hand = await personsHand(world)
          if ('refused' in hand) throw new Refusal(hand.refused)
          const links = (options.link ?? []).map(linkOf)
          return writeRecords(world, hand, (desk) =>
            desk.open(type.name, {
              title,
              fields: { ...defaultsOf(type), ...fieldsOf(type, options) },
              links,
              ...(options.message !== undefined && { text: options.message }),
            }),
          )
        })
        return shown(context, type, made, options)
      }, options),
    )
}

function defineMove(command: Sub, context: CommandContext, type: RecordType, move: string): void {
  const transition = type.spec.transitions[move]
  const sets = transition?.sets ?? []
  const required = new Set<string>()
  addFields(
    command,
    type,
    sets.filter((name) => name !== 'title'),
    required,
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
        const made = await write(context, options, async (world, { personsHand, writeRecords }) => {
          const hand = await personsHand(world)
          if ('refused' in hand) throw new Refusal(hand.refused)
          return writeRecords(world, hand, (desk) =>
            desk.move(type.name, id, {
              name: move,
              fields: fieldsOf(type, options),
              links: (options.link ?? []).map(linkOf),
              ...(options.title !== undefined && { title: options.title }),
              ...(options.message !== undefined && { text: options.message }),
            }),
          )
        })
        return shown(context, type, made, options)
      }, options),
    )
}

function defineSay(command: Sub, context: CommandContext, type: RecordType): void {
  command
    .argument('<number>', 'its number')
    .argument('<text>', 'what is to be said')
    .option(...keyOption)
    .option('--json', 'print JSON')
    .action(async (id: string, text: string, options: MoveOptions) =>
      context.run(async () => {
        const made = await write(context, options, async (world, { personsHand, writeRecords }) => {
          const hand = await personsHand(world)
          if ('refused' in hand) throw new Refusal(hand.refused)
          return writeRecords(world, hand, (desk) => desk.comment(type.name, id, text))
        })
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
        const made = await write(context, options, async (world, { personsHand, writeRecords }) => {
          const hand = await personsHand(world)
          if ('refused' in hand) throw new Refusal(hand.refused)
          return writeRecords(world, hand, (desk) => desk.link(type.name, id, { relation, to }))
        })
        return shown(context, type, made, options)
      }, options),
    )
}

type Writers = typeof import('../pipeline/record-types/write.ts') & typeof import('../pipeline/record-types/hand.ts')

async function write<Result>(
  { open }: CommandContext,
  { key }: MoveOptions,
  work: (world: World, writers: Writers) => Promise<Result>,
): Promise<Result> {
  const world = await open({ network: 'must', ...(key !== undefined && { key }) })
  const [writers, hands] = await Promise.all([
    import('../pipeline/record-types/write.ts'),
    import('../pipeline/record-types/hand.ts'),
  ])
  return work(world, { ...writers, ...hands })
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

interface ListOptions {
  readonly state?: string
  readonly all?: boolean
  readonly limit: number
  readonly json?: boolean
}

function defineList(command: Sub, context: CommandContext, type: RecordType): void {
  const { terminal } = context
  command
    .option('--state <state>', `only those that are ${Object.keys(type.spec.states).join(', ')}`)
    .option('--all', 'also those that are over')
    .option('-n, --limit <count>', 'at most so many', wholeNumber, 50)
    .option('--json', 'print JSON')
    .action(async (options: ListOptions) =>
      context.run(async () => {
        const world = await context.open({ network: 'may' })
        const { declaredRecords } = await import('../pipeline/record-types/read.ts')
        const { limit, state, all } = options
        const open = all !== true && state === undefined
        const records = await declaredRecords(world, type, { limit, open, ...(state !== undefined && { state }) })
        if (options.json === true) terminal.out(`${JSON.stringify({ [type.name]: records }, null, 2)}\n`)
        else if (records.length === 0) terminal.out(`no ${type.spec.plural}${open ? ' are open' : ''}\n`)
        else {
          const rows = records.map((r) => [
            r.id,
            r.state,
            r.openedAt.slice(0, 16).replace('T', ' '),
            escapeControls(r.title),
          ])
          terminal.out(`${columns(rows).join('\n')}\n`)
        }
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
        if (options.json === true)
          terminal.out(`${JSON.stringify({ record: found.record, history: found.history }, null, 2)}\n`)
        else terminal.out(recordText(type, found.record, terminal.colors))
        return exit.ok
      }, options),
    )
}

/** Options for fields, in the words of their schema. */
function addFields(command: Sub, { spec }: RecordType, names: readonly string[], required: ReadonlySet<string>): Sub {
  for (const name of names) {
    const schema = schemaOf(spec.fields.properties, name)
    if (schema === undefined) continue
    const flag = `--${kebab(name)}`
    const about = aboutField(schema)
    if (schema['type'] === 'boolean') command.option(flag, about)
    else if (schema['type'] === 'array') command.option(`${flag} <value>`, `${about} (again for more)`, repeated)
    else if (required.has(name)) command.requiredOption(`${flag} <value>`, about)
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

function schemaOf(properties: JsonObject, name: string): JsonObject | undefined {
  const schema = Object.hasOwn(properties, name) ? properties[name] : undefined
  return typeof schema === 'object' && schema !== null && !Array.isArray(schema) ? (schema as JsonObject) : undefined
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** What schemas say where nothing is said. */
function defaultsOf({ spec }: RecordType): JsonObject {
  const fields: Record<string, Json> = {}
  for (const [name, schema] of Object.entries(spec.fields.properties)) {
    const usual = schemaOf({ [name]: schema }, name)?.['default']
    if (usual !== undefined) fields[name] = usual
  }
  return fields
}

/** Options that were given, as their schema wants them: commander camel-cases the flags back into the fields' names. */
function fieldsOf({ spec }: RecordType, options: MoveOptions): JsonObject {
  const fields: Record<string, Json> = {}
  for (const name of Object.keys(spec.fields.properties)) {
    const value = name === 'title' || name === 'link' ? undefined : options[name]
    const schema = schemaOf(spec.fields.properties, name)
    if (value === undefined || schema === undefined) continue
    fields[name] = typed(schema, value as Json)
  }
  return fields
}

function typed(schema: JsonObject, value: Json): Json {
  if (typeof value !== 'string') return value
  const { type } = schema
  if ((type === 'number' || type === 'integer') && /^-?\d+(\.\d+)?$/.test(value)) return Number(value)
  if (type === 'object' && value.startsWith('{')) {
    try {
      return JSON.parse(value) as Json
    } catch {
      return value
    }
  }
  return value
}

function linkOf(text: string): { readonly relation: string; readonly to: string } {
  const at = text.indexOf('=')
  return at < 1 ? { relation: 'about', to: text } : { relation: text.slice(0, at), to: text.slice(at + 1) }
}
