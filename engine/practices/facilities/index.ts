import type { Practice } from '../../model/practice.ts'
import { checkFacilities } from './check.ts'
import { facilityLosses } from './losses.ts'
import { maintenanceReport } from './maintenance-report.ts'
import { reports } from './reports.ts'

/** Facility management: what stands where, what feeds it, and what keeps it cool. */
export const practice: Practice = {
  name: 'facilities',
  check: checkFacilities,
  reports: [...reports, maintenanceReport],
  losses: facilityLosses,
}
