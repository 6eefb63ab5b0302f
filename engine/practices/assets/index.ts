import type { Practice } from '../../model/practice.ts'
import { checkAssets } from './check.ts'
import { reports } from './reports.ts'

/** Assets: what was bought, in which state of its life it is, what it is worth, and whether it is what hosts say they are. */
export const practice: Practice = { name: 'assets', check: checkAssets, reports }
