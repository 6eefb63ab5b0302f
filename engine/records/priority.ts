import type { DeclaredRecord, RecordType } from '../model/declared-record.ts'

/** `P1` to `P9` by the matrix of the type; undefined where it has none, or a field that it goes by is not there. */
export function priorityOf({ spec }: RecordType, { fields }: Pick<DeclaredRecord, 'fields'>): string | undefined {
  if (spec.priority === undefined) return undefined
  const { impact, urgency, matrix } = spec.priority
  const [row, column] = [String(fields[impact] ?? ''), String(fields[urgency] ?? '')]
  const urgencies = Object.hasOwn(matrix, row) ? matrix[row] : undefined
  return urgencies !== undefined && Object.hasOwn(urgencies, column) ? urgencies[column] : undefined
}
