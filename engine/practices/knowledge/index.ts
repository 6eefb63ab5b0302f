import type { Practice } from '../../model/practice.ts'
import { checkKnowledge } from './check.ts'
import { reports } from './reports.ts'

/** Knowledge: runbooks and articles, who looks after them, and what people say of them. */
export const practice: Practice = { name: 'knowledge', check: checkKnowledge, reports }
