import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { RequestPage } from '../model/pull-request.ts'
import type { ForgeComment } from '../ports/forge.ts'
import { expectForge } from './ci/requests.ts'
import { codes } from './codes.ts'
import { targetBranch } from './target-branch.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/** Open pull requests, by number. Throws `forge-missing`. */
export async function listRequests(world: World): Promise<readonly RequestPage[]> {
  return (await expectForge(world)).openRequests()
}

/** A pull request, and what was said about it, oldest first. Throws `forge-missing`. */
export async function showRequest(
  world: World,
  number: number,
): Promise<
  | { readonly request: RequestPage; readonly comments: readonly ForgeComment[] }
  | { readonly refused: readonly Diagnostic[] }
> {
  const forge = await expectForge(world)
  const request = await forge.request(number)
  if (request === undefined)
    return { refused: [report('request-missing', { summary: `there is no pull request ${number}` })] }
  return { request, comments: await forge.comments(number) }
}

/** Opens a pull request of a branch that was pushed, into the target branch; changes the one that is open. Throws `forge-missing`. */
export async function openRequest(
  world: World,
  { branch, title, body }: { readonly branch: string; readonly title: string; readonly body: string },
): Promise<RequestPage> {
  const target = await targetBranch(world)
  return (await expectForge(world)).keepRequest({ branch, target, title, body, labels: [] })
}
