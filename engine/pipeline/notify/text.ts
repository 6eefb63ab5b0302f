import { Renderer } from '../../compile/render-template.ts'
import type { JsonObject } from '../../model/document.ts'
import type { Happening } from './happening.ts'
import type { NotificationRuleSpec } from './rules.ts'

export const usualSubject = '[{{ record.id }}] {{ record.title }}'

export const usualText = `{{ record.kind }} {{ record.id }}: {{ record.title }}
{{ move.name }} by {{ move.by }} · {{ state }}{% if priority != '' %} · {{ priority }}{% endif %}{% if service != '' %} · {{ service }}{% endif %}{% if team != '' %} · {{ team }}{% endif %}
{% if move.text != '' %}
{{ move.text }}
{% endif %}{% if next != '' %}
Next: {{ next }}
{% endif %}
plumbline {{ show }} {{ record.id }}
`

export interface Said {
  readonly subject: string
  readonly text: string
  /** What is wrong with the template of the rule; the usual one was taken instead. */
  readonly fault?: string
}

/** The message about what happened. A template that fails is no reason to tell nothing. */
export function textOf({ template = {} }: NotificationRuleSpec, happening: Happening, estate: string): Said {
  const renderer = new Renderer()
  const variables = variablesOf(happening, estate)
  const render = (own: string | undefined, usual: string): { readonly text: string; readonly fault?: string } => {
    const made = own === undefined ? undefined : renderer.render(own, variables)
    if (made !== undefined && 'text' in made) return made
    const fallback = renderer.render(usual, variables)
    return { text: 'text' in fallback ? fallback.text : happening.id, ...(made !== undefined && { fault: made.error }) }
  }
  const [subject, text] = [render(template.subject, usualSubject), render(template.text, usualText)]
  const fault = subject.fault ?? text.fault
  return {
    subject: subject.text.replaceAll(/\s+/g, ' ').trim().slice(0, 300),
    text: text.text.slice(0, 50_000),
    ...(fault !== undefined && { fault }),
  }
}

/** Everything is there, empty where nothing is known, so that a template need not ask. */
function variablesOf(happening: Happening, estate: string): JsonObject {
  const { id, type, kind, title, state, fields, priority, service, team, requester, assignee, move } = happening
  return {
    record: { id, type, kind, title, state, fields, requester: requester ?? '', assignee: assignee ?? '' },
    move: { name: move.name, by: move.by, at: move.at, text: move.text ?? '', via: move.via ?? '' },
    ...{ priority: priority ?? '', service: service ?? '', team: team ?? '' },
    ...{ state: happening.stateTitle, next: happening.next ?? '', estate },
    show: type === 'change' ? 'show' : `${type} show`,
  }
}

/** What is wrong with a template of a rule, tried on a record that nobody wrote; undefined where it is sound. */
export function templateFault(template: NonNullable<NotificationRuleSpec['template']>): string | undefined {
  return textOf({ by: {}, template }, sample, 'sample').fault
}

const sample: Happening = {
  ...{ id: 'INC-2026-00001', type: 'incident', kind: 'Incident', state: 'open', stateTitle: 'Open', title: 'A title' },
  ...{ final: false, fields: {}, links: [], watchers: [], paged: [], before: '' },
  move: { name: 'new', uuid: '0', at: '2026-01-01T00:00:00Z', by: 'engine' },
}
