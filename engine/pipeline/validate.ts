import { codeOwnerFindings } from '../change/owners.ts'
import { peopleOf } from '../change/people.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { compareDiagnostics, hasErrors } from '../model/diagnostic.ts'
import { loadCommit, loadWork } from './estate.ts'
import type { World } from './world.ts'

export interface Validation {
  readonly diagnostics: readonly Diagnostic[]
  readonly documents: number
  readonly kinds: number
}

/** Checks every document and CODEOWNERS, and compiles every host: of the working folder, or of a commit. */
export async function validate(world: World, commit: string | undefined): Promise<Validation> {
  const estate = commit === undefined ? await loadWork(world) : await loadCommit(world, commit)
  const hosts = estate.graph.ofKind('Host').map((h) => h.document.metadata.name)
  // Documents that break their schema can't be compiled.
  const compiled = hasErrors(estate.diagnostics) ? [] : estate.compile.diagnostics(hosts, false)
  const { codeOwners, graph } = estate
  const owners = codeOwners === undefined ? [] : codeOwnerFindings(codeOwners, peopleOf(graph))
  const diagnostics = [...estate.diagnostics, ...compiled, ...owners].sort(compareDiagnostics)
  const kinds = new Set([...estate.graph.documents.values()].map((d) => d.document.kind))
  return { diagnostics, documents: estate.graph.documents.size, kinds: kinds.size }
}
