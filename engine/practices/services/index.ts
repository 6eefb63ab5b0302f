import type { Practice } from '../../model/practice.ts'
import { checkServices } from './check.ts'
import { continuityReport } from './continuity-report.ts'
import { serviceLosses } from './losses.ts'
import { reports } from './reports.ts'
import { serviceMapReport } from './service-map-report.ts'

/** Services: what they stand on, how available that makes them, and what becomes of them when something is lost. */
export const practice: Practice = {
  name: 'services',
  check: checkServices,
  reports: [...reports, continuityReport, serviceMapReport],
  losses: serviceLosses,
}
