import { allocateIn } from '../allocate.ts'
import { loadCommit } from '../estate.ts'
import type { World } from '../world.ts'
import type { Refused } from './propose-branch.ts'

/**
 * What is proposed may ask for the next free address, prefix or number: this engine leases it for the branch, and the files say
 * what was given. Nothing is leased where something else is wrong with the documents. Done again for the same branch it is given the same.
 */
export async function allocateFor(
  world: World,
  {
    base,
    branch,
    files,
  }: { readonly base: string; readonly branch: string; readonly files: ReadonlyMap<string, Uint8Array> },
): Promise<{ readonly files: ReadonlyMap<string, Uint8Array> } | Refused> {
  const repository = await world.repository()
  const tree = await repository.writeTree((await repository.commit(base)).tree, files)
  const estate = await loadCommit(world, tree)
  const asking = estate.diagnostics.filter((d) => d.code === 'unallocated')
  const here = new Set([...estate.graph.documents.values()].filter((d) => files.has(d.file)).map((d) => d.address))
  const only = [...here].filter((address) => asking.some((d) => d.subject === address))
  if (only.length === 0) return { files }
  const wrong = estate.diagnostics.filter((d) => d.severity === 'error' && d.code !== 'unallocated')
  if (wrong.length > 0) return { refused: wrong }
  const made = await allocateIn(world, estate, {
    ...{ only, branch },
    writer: async () => ({ actor: 'engine', signer: await world.engineSigner() }),
    read: async (path) => Buffer.from(files.get(path) ?? []).toString('utf8'),
  })
  if ('refused' in made) return made
  if (made.findings.length > 0) return { refused: made.findings }
  return { files: new Map([...files, ...[...made.files].map(([path, text]) => [path, Buffer.from(text)] as const)]) }
}
