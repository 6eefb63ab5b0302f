import { findDeclared } from '../../ledger/declared-record.ts'
import type { DeclaredRecord, RecordType } from '../../model/declared-record.ts'
import type { Forge } from '../../ports/forge.ts'
import { words } from '../../pull-request/markdown.ts'
import { trusted } from '../records.ts'
import type { World } from '../world.ts'

/** By which our one comment on an issue is found. */
export const recordMarker = '<!-- plumbline record -->'

/** How a record says which issue it came of: `github.com/lantern/estate#12`. */
export const issueLink = ({ place }: Forge, number: number): string => `${place.host}/${place.repository}#${number}`

/** Number of the issue of this forge that a record came of; undefined where it came otherwise. */
export function issueNumber({ place }: Forge, links: DeclaredRecord['links']): number | undefined {
  const start = `${place.host}/${place.repository}#`.toLowerCase()
  const found = links.find((l) => l.relation === 'told-by' && l.to.toLowerCase().startsWith(start))
  const number = Number(found?.to.slice(start.length))
  return Number.isSafeInteger(number) && number > 0 ? number : undefined
}

/** Has the issue that a record came of say how it stands, and be closed once nothing more happens to it. */
export async function mirrorRecord(world: World, forge: Forge, type: RecordType, id: string): Promise<void> {
  const record = trusted(await findDeclared(await (await world.ledger()).view(), type.name, id))
  const number = record && issueNumber(forge, record.links)
  if (record === undefined || number === undefined) return
  const state = Object.hasOwn(type.spec.states, record.state) ? type.spec.states[record.state] : undefined
  const lines = [
    `**${record.id}** · ${words(state?.title ?? record.state)}`,
    ...(state?.next === undefined ? [] : [`Next: ${words(state.next)}`]),
    ...(state?.final === true ? [] : ['What you write here is added to it.']),
  ]
  await forge.keepComment(number, recordMarker, lines.join('\n\n'))
  const wanted = state?.final === true ? 'closed' : 'open'
  const issue = await forge.issue(number)
  if (issue !== undefined && issue.state !== wanted) await forge.setIssue(number, wanted)
}
