import type { Kinds } from '../model/kind.ts'
import type { Table } from './table.ts'
import { access } from './tables/access.ts'
import { documents, kindTable } from './tables/documents.ts'
import { factTables } from './tables/facts.ts'
import { hosts } from './tables/hosts.ts'
import { recordTables } from './tables/records.ts'
import { resources } from './tables/resources.ts'

/** Every table, in the order in which people ask: hosts and access, what was seen, what is wanted, records, then each kind. */
export function tablesOf(kinds: Kinds): readonly Table[] {
  const ofKinds = [...kinds.values()].map(({ name, schema }) => kindTable(name, String(schema['description'] ?? '')))
  return [hosts, access, ...factTables, resources, documents, ...recordTables, ...ofKinds]
}

/** The table of a name, however it is spelled; kinds last, so that `hosts` is not `Host`. */
export function tableNamed(tables: readonly Table[], name: string): Table | undefined {
  return tables.find((t) => t.name === name) ?? tables.find((t) => t.name.toLowerCase() === name.toLowerCase())
}
