import type { RecordType } from '../model/declared-record.ts'
import type { JsonObject } from '../model/document.ts'
import type { Need, Opened } from '../pipeline/desk/ask.ts'
import type { DeskHere } from '../pipeline/desk/desk-here.ts'
import { itemQuestions } from '../pipeline/desk/item-questions.ts'
import type { Suggestion } from '../pipeline/desk/suggest.ts'
import type { CommandContext } from './context.ts'
import { formOf } from './form-options.ts'
import { askFields } from './forms/ask-fields.ts'
import { documentChoices } from './forms/document-choices.ts'
import type { Prompter } from './forms/prompter.ts'
import { handHere } from './hand-here.ts'
import { progress } from './progress.ts'
import { exit } from './terminal.ts'
import { recordLine } from './views/declared-text.ts'
import { suggestionsText } from './views/desk-text.ts'

export interface AskOptions {
  readonly as?: string
  readonly item?: string
  readonly set?: readonly string[]
  readonly message?: string
  readonly service?: string
  readonly team?: string
  readonly impact?: string
  readonly urgency?: string
  readonly requester?: string
  readonly key?: string
  readonly json?: boolean
}

/** Suggestions of each sort. */
const few = 3

/** What a need can become at the desk. */
const needs = [
  { value: 'incident', label: 'Something does not work' },
  { value: 'request', label: 'I need something' },
  { value: 'question', label: 'I want to know something' },
]

/** Tells what is known about somebody's words, then opens what they choose; without a terminal, what options say. */
export async function askDesk(context: CommandContext, said: string | undefined, options: AskOptions): Promise<number> {
  const { terminal } = context
  const prompter = terminal.interactive && options.json !== true ? await terminal.prompter?.() : undefined
  const words = said ?? (await prompter?.text({ message: 'What do you need?', validate: notEmpty }))
  if (words === undefined || words.trim() === '') {
    if (prompter !== undefined) return brokenOff(context)
    terminal.err('error: say what you need: plumbline desk ask "…"\n')
    return exit.usage
  }
  const { as, item, key, json } = options
  const opening = as !== undefined || item !== undefined || prompter !== undefined
  const world = await context.open({
    network: opening ? 'must' : 'may',
    emit: progress(terminal),
    ...(key !== undefined && { key }),
  })
  const [{ deskHere }, { suggestions }] = await Promise.all([
    import('../pipeline/desk/desk-here.ts'),
    import('../pipeline/desk/suggest.ts'),
  ])
  const desk = await deskHere(world)
  const known = await suggestions(desk, words, few, true)
  if (json !== true) terminal.out(suggestionsText(known, terminal.colors))
  if (!opening) {
    if (json === true) terminal.out(`${JSON.stringify({ suggestions: known }, null, 2)}\n`)
    else terminal.out('nothing was opened yet; --as incident, --as request or --as question does that\n')
    return exit.ok
  }
  const need = await needOf(desk, known, words, options, prompter)
  if (need === 'helped') return exit.ok
  if (need === undefined) return brokenOff(context)
  const { openNeed } = await import('../pipeline/desk/ask.ts')
  const hand = await handHere(world)
  const opened = await openNeed(world, hand, need)
  if (json === true) terminal.out(`${JSON.stringify({ suggestions: known, ...told(desk, opened) }, null, 2)}\n`)
  else terminal.out(openedText(context, desk, opened))
  return exit.ok
}

const notEmpty = (text: string): string | undefined => (text.trim() === '' ? 'say it in a few words' : undefined)

export function brokenOff({ terminal }: CommandContext): number {
  terminal.err('nothing was written\n')
  return exit.interrupted
}

async function needOf(
  desk: DeskHere,
  known: readonly Suggestion[],
  words: string,
  options: AskOptions,
  prompter: Prompter | undefined,
): Promise<Need | 'helped' | undefined> {
  const { as, item, set = [], message: about } = options
  const fields: JsonObject = Object.fromEntries(
    (['service', 'team', 'impact', 'urgency', 'requester'] as const).flatMap((name) => {
      const value = options[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
  const said = { words, fields, ...(about !== undefined && { about }) }
  if (item !== undefined) {
    const questions = itemQuestions(desk.estate.graph, item)?.properties
    return { ...said, as: 'request', item, form: formOf(set, questions) }
  }
  if (as !== undefined) return { ...said, as }
  if (prompter === undefined) return undefined
  return chosenNeed(desk, known, said, prompter)
}

/** Asks what the need shall become: an item of the catalogue that was suggested, a record of some type, or nothing any more. */
async function chosenNeed(
  desk: DeskHere,
  known: readonly Suggestion[],
  said: Omit<Need, 'as'>,
  prompter: Prompter,
): Promise<Need | 'helped' | undefined> {
  const items = known
    .filter((s) => s.sort === 'catalogue')
    .map(({ name, title }) => ({ value: `item ${name}`, label: `Ask for: ${title}` }))
  const helped = known.length > 0 ? [{ value: 'helped', label: 'That helped, thank you' }] : []
  const chosen = await prompter.select({ message: 'What is it?', options: [...helped, ...items, ...needs] })
  if (chosen === undefined || chosen === 'helped') return chosen
  const documents = documentChoices(desk.estate.graph)
  if (chosen.startsWith('item ')) {
    const item = itemQuestions(desk.estate.graph, chosen.slice(5))
    if (item === undefined) return undefined
    const { properties, required } = item
    const form = await askFields(prompter, { properties, names: required, documents })
    return form && { ...said, as: 'request', item: item.name, form }
  }
  const type = desk.types.get(chosen)
  if (type === undefined) return undefined
  const names = missingNames(type, said.fields ?? {})
  const fields = await askFields(prompter, {
    ...{ properties: type.spec.fields.properties, names, documents },
    optional: new Set(names.filter((name) => type.spec.fields.required?.includes(name) !== true)),
  })
  return fields && { ...said, as: chosen, fields: { ...said.fields, ...fields } }
}

/** What the desk asks of whoever tells of something: what it is about, and how bad it is. */
function missingNames({ spec }: RecordType, given: JsonObject): readonly string[] {
  const { roles, priority, fields } = spec
  const asked = [...(fields.required ?? []), roles?.service, priority?.impact, priority?.urgency]
  return [...new Set(asked)].filter((name) => name !== undefined).filter((name) => given[name] === undefined)
}

function told({ types }: DeskHere, { record, team, because }: Opened) {
  const state = types.get(record.type)?.spec.states[record.state]
  return {
    record,
    ...(state?.next !== undefined && { next: state.next }),
    team: team ?? null,
    ...(because !== undefined && { because }),
  }
}

function openedText({ terminal }: CommandContext, desk: DeskHere, opened: Opened): string {
  const { record, team, because } = opened
  const type = desk.types.get(record.type)
  if (type === undefined) return `${record.id}\n`
  const next = type.spec.states[record.state]?.next
  const whose =
    team === undefined
      ? 'no team is known for it yet: plumbline desk queue --unrouted lists it'
      : `${team} looks after it${because === undefined ? '' : `: ${because}`}`
  return `${[recordLine(type, record, terminal.colors), `  ${whose}`, ...(next === undefined ? [] : [`  next: ${next}`])].join('\n')}\n`
}
