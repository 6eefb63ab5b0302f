import type { Practice } from '../../model/practice.ts'
import { checkNetwork } from './check.ts'
import { reports: [...reports, topology] } from './reports.ts'

/** Network management: prefixes, VLANs and addresses. */
export const practice: Practice = { name: 'network', check: checkNetwork, reports: [...reports, topology] }
