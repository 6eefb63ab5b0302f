import { nameOf } from '../../model/address.ts'
import type { RecordType, RecordTypeSpec } from '../../model/declared-record.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { Locate } from '../../model/document.ts'
import type { Graph } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'
import { codes } from '../../records/codes.ts'
import type { EstateAt } from '../estate-at.ts'
import type { World } from '../world.ts'

const report = reporter(codes)

/** The types of records of an estate, by name: those that come with the engine, and its own, which go before them. */
export function recordTypesOf(world: World, { graph }: Pick<EstateAt, 'graph'>): ReadonlyMap<string, RecordType> {
  const types = new Map<string, RecordType>()
  for (const [name, { spec }] of world.recordTypes) types.set(name, { name, spec })
  for (const document of graph.ofKind('RecordType')) {
    const name = nameOf(document.address)
    types.set(name, { name, spec: specOf<RecordTypeSpec>(document) })
  }
  return types
}

/** What is wrong with the types that an estate declares itself. `refused` are documents that their schema refuses. */
export async function recordTypeFindings(
  world: World,
  graph: Graph,
  locate: Locate,
  refused: ReadonlySet<string>,
): Promise<readonly Diagnostic[]> {
  const documents = graph.ofKind('RecordType').filter((d) => !refused.has(d.address))
  if (documents.length === 0) return []
  const { typeFaults } = await import('../../records/check-type.ts')
  const own = new Set(documents.map((d) => nameOf(d.address)))
  const findings: Diagnostic[] = []
  for (const document of documents) {
    const type = { name: nameOf(document.address), spec: specOf<RecordTypeSpec>(document) }
    const twin = [...world.recordTypes.values()].find(
      (t) => t.spec.prefix === type.spec.prefix && !own.has(t.metadata.name),
    )
    const faults = [
      ...(await typeFaults(type)),
      ...(twin === undefined
        ? []
        : [{ path: ['prefix'], summary: `${type.spec.prefix} begins the numbers of ${twin.metadata.name} already` }]),
    ]
    for (const { path, summary } of faults)
      findings.push(
        report('record-type-invalid', { summary, subject: document.address, ...locate(document, ['spec', ...path]) }),
      )
  }
  return findings
}
