import type { Practice } from '../../model/practice.ts'
import { checkOnCall } from './check.ts'

/** Incidents: who is called, and whether they can be. What becomes of one is a record: see `engine/pipeline/incidents/`. */
export const practice: Practice = { name: 'incidents', check: checkOnCall }
