import type { Json, JsonObject } from '../../model/document.ts'
import type { CatalogItem } from '../../records/catalog.ts'

/** What is called like no item, and tells of an incident. */
export const incidentForm = 'incident'

/** The title that a form begins with, by which an issue tells which form it was. */
export const titleStart = (name: string): string => `[${name}] `

/** The question for a property, as a form shows it and as a body has it in its headings. */
export function labelOf(name: string, schema: Json | undefined): string {
  const said = at(schema, 'title') ?? at(schema, 'description')
  const label = typeof said === 'string' ? said.replaceAll(/\s+/g, ' ').replace(/\.$/, '').trim() : ''
  return label === '' ? name : label.slice(0, 200)
}

/** Name of the form in brackets, and the rest of the title. */
export function formTitle(title: string): { readonly name: string; readonly rest: string } | undefined {
  const [, name, rest = ''] = /^\[([a-z0-9][a-z0-9.-]{0,62})\]\s*(.*)$/.exec(title.trim()) ?? []
  return name === undefined ? undefined : { name, rest: rest.trim() }
}

/** More headings than any form has. */
const mostSections = 100

/** What a body that GitHub made of a form says, by the labels of its questions: `### The host`, an empty line, the answer. */
export function formSections(body: string): ReadonlyMap<string, string> {
  const sections = new Map<string, string>()
  const parts = body
    .slice(0, 65_536)
    .replaceAll('\r\n', '\n')
    .split(/^### /m)
    .slice(1, mostSections + 1)
  for (const part of parts) {
    const end = part.indexOf('\n')
    const [label, answer] = end < 0 ? [part, ''] : [part.slice(0, end), part.slice(end + 1)]
    // Of several answers to one question, such as somebody might write into another answer, the first counts.
    if (!sections.has(label.trim())) sections.set(label.trim(), unanswered.has(answer.trim()) ? '' : answer.trim())
  }
  return sections
}

/** What GitHub writes where nobody answered. */
const unanswered: ReadonlySet<string> = new Set(['_No response_', 'None'])

/** The answers to the questions of an item, as its schema has them; a text stays one where it is not what the schema wants. */
export function formAnswers({ spec }: CatalogItem, sections: ReadonlyMap<string, string>): JsonObject {
  const answers: Record<string, Json> = {}
  for (const [name, schema] of Object.entries(spec.form.properties)) {
    const said = sections.get(labelOf(name, schema))
    if (said !== undefined && said !== '') answers[name] = typed(schema, said)
  }
  return answers
}

function typed(schema: Json | undefined, said: string): Json {
  switch (at(schema, 'type')) {
    case 'integer':
    case 'number':
      return /^-?\d{1,15}(\.\d{1,15})?$/.test(said) ? Number(said) : said
    case 'boolean':
      return said === 'yes' ? true : said === 'no' ? false : said
    case 'array':
      return said.split(/\s*[,\n]\s*/).filter((item) => item !== '')
    default:
      return said
  }
}

const at = (value: Json | undefined, key: string): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject)[key] : undefined
