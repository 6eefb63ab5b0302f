import { onCallOfTeam } from '../../incidents/on-call-of.ts'
import type { Address } from '../../model/address.ts'
import type { OnCallFor } from './recipients.ts'

/** Whoever is on call for the team of a record. */
export const onCallFor: OnCallFor = (graph, { team }, at) =>
  team === undefined ? [] : onCallOfTeam(graph, team as Address, at.getTime())
