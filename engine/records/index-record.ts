import { addressOf } from '../model/address.ts'
import type { DeclaredRecord, RecordType } from '../model/declared-record.ts'
import type { IndexedRecord } from '../ports/record-index.ts'
import { priorityOf } from './priority.ts'

/** A record as lists and queues need it: who has to do with it, by the fields that its type names for that. */
export function indexedRecord(type: RecordType, record: DeclaredRecord): IndexedRecord {
  const { roles = {}, states } = type.spec
  const named = (field: string | undefined): string | undefined => {
    const value = field === undefined ? undefined : record.fields[field]
    return typeof value === 'string' && field !== undefined ? fullName(type, field, value) : undefined
  }
  const [team, assignee, service] = [named(roles.team), named(roles.assignee), named(roles.service)]
  const requester = named(roles.requester) ?? record.log[0]?.for ?? record.openedBy
  const priority = priorityOf(type, record)
  return {
    record,
    open: states[record.state]?.final !== true,
    requester,
    ...(team !== undefined && { team }),
    ...(assignee !== undefined && { assignee }),
    ...(service !== undefined && { service }),
    ...(priority !== undefined && { priority }),
  }
}

/** `platform` in a field that names a Team is `Team/platform`. */
function fullName({ spec }: RecordType, field: string, value: string): string {
  const schema = spec.fields.properties[field] as { readonly ref?: string | readonly string[] } | undefined
  return typeof schema?.ref === 'string' && !value.includes('/') ? addressOf(schema.ref, value) : value
}
