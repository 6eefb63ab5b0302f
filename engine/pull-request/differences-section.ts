import { lineDiff, plainFields, valueText } from '../model/change-text.ts'
import { count } from '../model/count.ts'
import { escapeControls } from '../model/escape.ts'
import type { Action } from '../model/plan.ts'
import type { FieldChange } from '../model/resource.ts'
import type { HostGroup } from './changes-section.ts'
import { details, fenced } from './markdown.ts'
import { type Room, some } from './room.ts'
import { changesOf, toDo } from './wording.ts'

const longestLine = 400

/** Differences of each host, folded; hosts that need the same are told once. Undefined where there is no room or nothing to show. */
export function differencesSection(groups: readonly HostGroup[], room: Room): string | undefined {
  const alike = new Map<string, { hosts: string[]; actions: readonly Action[] }>()
  for (const { key, hosts, actions } of groups.filter((g) => g.actions.length > 0)) {
    const same = alike.get(key)
    if (same === undefined) alike.set(key, { hosts: [...hosts], actions })
    else same.hosts.push(...hosts)
  }
  const all = [...alike.values()]
  if (all.length === 0) return undefined
  const hidden = all.slice(room.groups).reduce((sum, g) => sum + g.hosts.length, 0)
  if (hidden > 0) room.leaveOut('differences', hidden)
  if (room.groups === 0) return undefined
  const shown = all.slice(0, room.groups).map(({ hosts, actions }) => {
    const [first = '', ...others] = hosts
    const more =
      others.length === 0 ? '' : others.length < 3 ? `, ${others.join(', ')}` : ` and ${others.length} hosts like it`
    const lines = actions.flatMap((a) => actionLines(a, room))
    return details(`${first}${more}: ${changesOf(actions.length)}`, fenced(lines, 'diff'))
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
