import type { EstateAt } from './estate-at.ts'
import type { World } from './world.ts'

/** What was looked at and when, as the foot of a page says it: `commit 0123456789ab, 2026-11-22 20:11 UTC`. */
export function originOf({ clock }: World, { treeish }: EstateAt, commit: string | undefined): string {
  const of = commit === undefined ? 'the working folder' : `commit ${treeish.slice(0, 12)}`
  return `${of}, ${clock.now().toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
