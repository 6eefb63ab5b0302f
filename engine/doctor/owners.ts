import { judgingKinds } from '../change/changed-rules.ts'
import { type CodeOwners, codeOwnersPaths, ruleFor } from '../change/code-owners.ts'
import { compareText, type Diagnostic } from '../model/diagnostic.ts'
import type { EstateFacts } from './doctor-facts.ts'
import { report } from './report.ts'

const most = 5

/** Files that say who may agree to what, and those that jobs run, have somebody to answer for them. */
export function ownersFindings({ graph, codeOwners, forgeFiles }: EstateFacts): readonly Diagnostic[] {
  if (codeOwners === undefined) return [report('setup-no-owners', `there is none of ${codeOwnersPaths.join(', ')}`)]
  const documents = judgingKinds.flatMap((kind) => graph.ofKind(kind))
  const files = new Set([
    ...documents.filter(({ document }) => document.metadata.owner === undefined).map(({ file }) => file),
    ...forgeFiles,
    codeOwners.file,
  ])
  const unowned = [...files].filter((file) => !isOwned(codeOwners, file)).sort(compareText)
  if (unowned.length === 0) return []
  const more = unowned.length > most ? ` and ${unowned.length - most} more` : ''
  const place = { file: codeOwners.file }
  return [report('setup-unowned', `nobody owns ${unowned.slice(0, most).join(', ')}${more}`, place)]
}

const isOwned = (codeOwners: CodeOwners, path: string): boolean => (ruleFor(codeOwners, path)?.owners.length ?? 0) > 0
