import type { Practice } from '../../model/practice.ts'
import { checkAccess } from './check.ts'
import { observedReports } from './observed-reports.ts'
import { reports } from './reports.ts'
import { visitsReport } from './visits-report.ts'

/** Access, to rooms as to hosts: who may enter what, and what nobody may have at once. */
export const practice: Practice = {
  name: 'access',
  check: checkAccess,
  reports: [...reports, ...observedReports, visitsReport],
}
