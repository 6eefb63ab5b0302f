import type { Practice } from '../../model/practice.ts'
import { checkPartners } from './check.ts'
import { reports } from './reports.ts'
import { supplierReport } from './supplier-report.ts'

/** Partners: suppliers, contracts, what they hold up and what they cost. */
export const practice: Practice = { name: 'partners', check: checkPartners, reports: [...reports, supplierReport] }
