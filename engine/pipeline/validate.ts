import { codeOwnerFindings } from '../change/owners.ts'
import { peopleOf } from '../change/people.ts'
import { compareDiagnostics, hasErrors } from '../model/diagnostic.ts'
import type { EstateAt } from './estate-at.ts'
import type { Validation } from './validation.ts'
import { type KeptVerdict, readVerdict } from './verdict/kept-verdict.ts'
import type { World } from './world.ts'

/** From so many documents on a verdict is kept for the next run: fewer are looked at quickly. */
const usuallyKeptFrom = 2_000

/**
 * Checks every document and CODEOWNERS, and compiles every host: of the working folder, or of a commit. Of a large working folder
 * the verdict is kept, and given again where nothing has changed since that could change it.
 */
export async function validate(
  world: World,
  commit: string | undefined,
  { keptFrom = usuallyKeptFrom }: { readonly keptFrom?: number } = {},
): Promise<Validation> {
  if (commit !== undefined) return judge(await (await import('./estate.ts')).loadCommit(world, commit))
  // Git looks at the folder while we load what its answer is read with: where no verdict is kept, that is everything.
  const asked = world.workState()
  await new Promise((resolve) => setImmediate(resolve))
  const keptBefore = async (): Promise<KeptVerdict | undefined> => {
    const found = await readVerdict(world)
    if (found === undefined) await Promise.all([import('./verdict/judge-and-keep.ts'), world.documentCache()])
    return found
  }
  const [state, kept, { standingVerdict }] = await Promise.all([
    asked,
    keptBefore(),
    import('./verdict/standing-verdict.ts'),
    world.quickValidators(),
  ])
  if (state === undefined) return judge(await (await import('./estate.ts')).loadWork(world))
  const standing = kept === undefined ? undefined : await standingVerdict(world, state, kept)
  if (standing !== undefined) return standing
  const { judgeAndKeep } = await import('./verdict/judge-and-keep.ts')
  return judgeAndKeep(world, state, judge, keptFrom)
}

function judge({ codeOwners, graph, compile, ...estate }: EstateAt): Validation {
  const hosts = graph.ofKind('Host').map((h) => h.document.metadata.name)
  // Documents that break their schema can't be compiled.
  const compiled = hasErrors(estate.diagnostics) ? [] : compile.diagnostics(hosts, false)
  const owners = codeOwners === undefined ? [] : codeOwnerFindings(codeOwners, peopleOf(graph))
  const diagnostics = [...estate.diagnostics, ...compiled, ...owners].sort(compareDiagnostics)
  const kinds = new Set([...graph.documents.values()].map((d) => d.document.kind))
  return { diagnostics, documents: graph.documents.size, kinds: kinds.size }
}
