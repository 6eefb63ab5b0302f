import { named, onCallOfTeam } from '../../incidents/on-call-of.ts'
import type { Address } from '../../model/address.ts'
import type { OnCallFor } from './recipients.ts'

/** Whom an incident was escalated to, where it is a page; else whoever is on call for the team of a record. */
export const onCallFor: OnCallFor = (graph, { team, move, fields }, at) => {
  const { paged } = fields
  if (move.name === 'page' && Array.isArray(paged)) return paged.map((who) => named('Person', String(who)))
  return team === undefined ? [] : onCallOfTeam(graph, team as Address, at.getTime())
}
