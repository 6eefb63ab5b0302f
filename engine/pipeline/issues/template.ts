import { stringify } from 'yaml'
import type { Json, JsonObject } from '../../model/document.ts'
import type { CatalogItem } from '../../records/catalog.ts'
import { incidentForm, labelOf, titleStart } from './form.ts'

/** Questions that every form ends with, where the item asks none of that name. */
export const reasonLabel = 'Why it is needed'
export const incidentLabels = {
  service: 'Service',
  impact: 'How much is hit',
  urgency: 'How long it can wait',
  description: 'What is wrong',
} as const

const levels = ['high', 'medium', 'low']

/** Forms for GitHub, by their paths, with which people ask for what the catalogue has, and tell of incidents. None without a catalogue. */
export function issueForms(items: readonly CatalogItem[], services: readonly string[]): ReadonlyMap<string, string> {
  if (items.length === 0) return new Map()
  return new Map([
    ...items.map((item): [string, string] => [pathOf(item.name), formText(itemForm(item))]),
    [pathOf(incidentForm), formText(incident(services))],
  ])
}

const pathOf = (name: string): string => `.github/ISSUE_TEMPLATE/plumbline-${name}.yml`

const formText = (form: object): string =>
  `# Written by plumbline init --github, of the catalogue: remove it and run that again to have it made anew.\n${stringify(form, { lineWidth: 0 })}`

function itemForm({ name, spec }: CatalogItem): object {
  const required = new Set(spec.form.required ?? [])
  const questions = Object.entries(spec.form.properties).map(([id, schema]) => question(id, schema, required.has(id)))
  const reason = textarea('reason', { label: reasonLabel }, false)
  return {
    name: spec.title,
    description: (spec.about ?? spec.title).replaceAll(/\s+/g, ' ').slice(0, 200),
    title: titleStart(name),
    body: [...questions, ...(Object.hasOwn(spec.form.properties, 'reason') ? [] : [reason])],
  }
}

function incident(services: readonly string[]): object {
  const { service, impact, urgency, description } = incidentLabels
  const among = services.length > 0 && services.length <= 50
  return {
    name: 'Something does not work',
    description: 'Tell of an incident',
    title: titleStart(incidentForm),
    body: [
      among
        ? dropdown('service', { label: service, options: services }, false)
        : input('service', { label: service }, false),
      dropdown('impact', { label: impact, options: levels, default: 1 }, true),
      dropdown('urgency', { label: urgency, options: levels, default: 1 }, true),
      textarea('description', { label: description }, true),
    ],
  }
}

/** https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema */
function question(id: string, schema: Json, required: boolean): object {
  const { type, enum: values, items, default: usual, ref, maxLength } = isObject(schema) ? schema : ({} as JsonObject)
  const label = labelOf(id, schema)
  const about = typeof ref === 'string' ? { description: `The name of a ${ref}` } : {}
  const options = type === 'boolean' ? ['yes', 'no'] : optionsOf(values)
  if (options !== undefined) {
    const first = options.indexOf(usual === true ? 'yes' : usual === false ? 'no' : String(usual))
    return dropdown(id, { label, options, ...(first >= 0 && { default: first }) }, required)
  }
  const some = type === 'array' && isObject(items) ? optionsOf(items['enum']) : undefined
  if (some !== undefined) return dropdown(id, { label, multiple: true, options: some }, required)
  if (type === 'array') return input(id, { label, description: 'Several, with commas between' }, required)
  const value = typeof usual === 'string' || typeof usual === 'number' ? { value: String(usual) } : {}
  const isLong = type === 'string' && typeof maxLength === 'number' && maxLength > 300
  return isLong
    ? textarea(id, { label, ...about, ...value }, required)
    : input(id, { label, ...about, ...value }, required)
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `None` is what GitHub writes itself where nothing was chosen. */
function optionsOf(values: Json | undefined): readonly string[] | undefined {
  if (!Array.isArray(values)) return undefined
  const options = values.filter((v) => typeof v === 'string' && v.trim() !== '' && v !== 'None') as readonly string[]
  return options.length === values.length && options.length > 0 ? options : undefined
}

const part = (type: string) => (id: string, attributes: object, required: boolean) => ({
  ...{ type, id, attributes },
  ...(required && { validations: { required } }),
})
const input = part('input')
const textarea = part('textarea')
const dropdown = part('dropdown')
