import { lineDiff, plainFields, valueText } from '../model/change-text.ts'
import { count } from '../model/count.ts'
import { escapeControls } from '../model/escape.ts'
import type { Action, Plan } from '../model/plan.ts'
import type { FieldChange } from '../model/resource.ts'
import { shortField } from './changes-section.ts'
import { details, fenced } from './markdown.ts'
import { type Room, some } from './room.ts'
import { changesOf, toDo } from './wording.ts'

const longestLine = 400

/** Hosts that need exactly the same. */
export interface AlikeHosts {
  readonly hosts: readonly string[]
  readonly actions: readonly Action[]
}

/** Hosts with something to show that the table of changes does not tell, in the order of the waves; those that are alike together. */
export function alikeHosts({ actions, waves }: Plan): readonly AlikeHosts[] {
  const hosts = new Map<string, Action[]>(waves.flatMap((w) => w.hosts).map((host) => [host, []]))
  for (const action of actions) {
    const own = hosts.get(action.host)
    if (own === undefined) hosts.set(action.host, [action])
    else own.push(action)
  }
  const alike = new Map<string, { hosts: string[]; actions: readonly Action[] }>()
  for (const [host, own] of hosts) {
    if (own.every((a) => a.fields.length === 0 || shortField(a) !== undefined)) continue
    const key = JSON.stringify(own.map((a) => [a.resource, a.verb, a.before, a.after]))
    const same = alike.get(key)
    if (same === undefined) alike.set(key, { hosts: [host], actions: own })
    else same.hosts.push(host)
  }
  return [...alike.values()]
}

/** Differences of each host, folded. Undefined where there is no room, or nothing to show. */
export function differencesSection(all: readonly AlikeHosts[], room: Room): string | undefined {
  if (all.length === 0) return undefined
  const hidden = all.slice(room.groups).reduce((sum, g) => sum + g.hosts.length, 0)
  if (hidden > 0) room.leaveOut('differences', hidden)
  if (room.groups === 0) return undefined
  const shown = all.slice(0, room.groups).map(({ hosts: [first = '', ...others], actions: own }) => {
    const more =
      others.length === 0 ? '' : others.length < 3 ? `, ${others.join(', ')}` : ` and ${others.length} hosts like it`
    const lines = own.flatMap((a) => actionLines(a, room))
    return details(`${first}${more}: ${changesOf(own.length)}`, fenced(lines, 'diff'))
  })
  return ['### Differences', ...shown].join('\n\n')
}

function actionLines(action: Action, room: Room): readonly string[] {
  const { verb, resource, fields } = action
  const head = `@@ ${toDo[verb].replaceAll('*', '')} ${resource} @@`
  const plain = plainFields(fields).flatMap((f) => fieldLines(verb, f))
  const texts = fields.flatMap(({ text }) => (text === undefined ? [] : textLines(text, room)))
  return [head, ...some(room, plain, room.diffLines, 'lines'), ...texts].map(cut)
}

function fieldLines(verb: Action['verb'], field: FieldChange): readonly string[] {
  if (field.sensitive === true) return [`! ${field.path}: changes, not shown`]
  const before = verb === 'create' || field.before === undefined ? [] : [`- ${field.path}: ${valueText(field.before)}`]
  const after = verb === 'delete' || field.after === undefined ? [] : [`+ ${field.path}: ${valueText(field.after)}`]
  return [...before, ...after]
}

function textLines(text: NonNullable<FieldChange['text']>, room: Room): readonly string[] {
  if (text.before === text.after) return []
  const all = lineDiff(text, room.context)
  if (all.length === 0) return ['! too much differs to be shown line by line']
  const shown = some(room, all, room.diffLines, 'lines')
  return all.length > shown.length ? [...shown, `  … ${count(all.length - shown.length, 'more line')}`] : shown
}

const cut = (line: string): string =>
  line.length > longestLine ? `${escapeControls(line.slice(0, longestLine - 1)).slice(0, longestLine * 2)}…` : line
