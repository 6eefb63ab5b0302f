import type { Practice } from '../../model/practice.ts'
import { checkNetwork } from './check.ts'
import { reports } from './reports.ts'
import { topology } from './topology-report.ts'

/** Network management: prefixes, VLANs and addresses. */
export const practice: Practice = { name: 'network', check: checkNetwork, reports: [...reports, topology] }
