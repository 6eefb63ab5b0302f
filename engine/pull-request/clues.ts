import type { DriftClues } from '../model/drift.ts'
import { code } from './markdown.ts'

const most = 3

/** When something was changed on a host and who was there then, in the host's own words; undefined where it does not know. */
export function cluesText({ file, packages, logins }: DriftClues): string | undefined {
  const at = file?.at ?? packages?.at(-1)?.at
  const who = [...new Set((logins ?? []).map((l) => l.user))]
  const more = who.length > most ? [`${who.length - most} more`] : []
  const parts = [
    ...(at === undefined ? [] : [`${code(at.slice(0, 16).replace('T', ' '))} UTC`]),
    ...who.slice(0, most).map((user) => code(user, 40)),
    ...more,
  ]
  return parts.length === 0 ? undefined : parts.join(', ')
}
