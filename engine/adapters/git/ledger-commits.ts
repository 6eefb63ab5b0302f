import { resolve } from 'node:path'
import type { LedgerCommit, LedgerEntry, LedgerStep } from '../../ports/ledger.ts'
import type { Commit } from '../../ports/repository.ts'
import { repositoryError } from './codes.ts'
import { maybeTouched } from './commit-graph.ts'
import type { GitContext } from './context.ts'
import { parseCommit, parseTrailers } from './parse-commit.ts'

/** Commits read at a time: enough to keep git busy, few enough to hold. */
const chunk = 500

/** Title and trailers of an entry. */
export function entryMessage(entry: LedgerEntry): string {
  const trailers = {
    Record: entry.record,
    Transition: entry.transition,
    'Transition-Id': entry.uuid,
    Actor: entry.actor,
    ...(entry.subject === undefined ? {} : { Subject: entry.subject }),
  }
  const lines = Object.entries(trailers).map(([name, value]) => `${name}: ${value}`)
  const text = [entry.title, '', ...lines].join('\n')
  if (lines.length + 2 !== text.split('\n').length)
    throw new Error('a line break in the title or a trailer of an entry')
  return text
}

export function ledgerCommit(commit: Commit): LedgerCommit {
  const { id, parents, signature, signedPayload, message } = commit
  return {
    id,
    parents,
    trailers: parseTrailers(message),
    title: message.split('\n')[0] ?? '',
    at: new Date(Date.parse(commit.committer.at)).toISOString().replace('.000Z', 'Z'),
    ...(signature === undefined ? {} : { signature }),
    signedPayload,
  }
}

export async function readCommit(context: GitContext, id: string): Promise<Commit> {
  const object = await context.reader.read(id)
  if (object?.type !== 'commit') throw repositoryError('repository-corrupt', `commit ${id} of the ledger is missing`)
  return parseCommit(id, object.data)
}

/**
 * Oldest first: the commits up to `tip` that touched a path. Notes for each commit which paths it touched, in git's commit
 * graph: the history of one record is then found without comparing the folders of all the others. Costs what is new since
 * the last time. Where it can't be written (a read-only or shallow clone, another process at it), the same is found more slowly.
 */
export async function commitsTouching(context: GitContext, tip: string, path: string): Promise<string[]> {
  const objects = resolve(context.commonDir, 'objects')
  let maybe = await maybeTouched(objects, tip, path)
  if (maybe === undefined) {
    const args = ['commit-graph', 'write', '--stdin-commits', '--changed-paths', '--split', '--no-progress']
    await context.git.run(args, { input: `${tip}\n` })
    maybe = await maybeTouched(objects, tip, path)
  }
  if (maybe === undefined) return commitIds(context, tip, path)
  const at = async (commit: string) => (await context.reader.read(`${commit}:${path}`))?.id
  const touched = async (id: string) => {
    const [before, after] = await Promise.all([at(`${id}^`), at(id)])
    return before === after ? [] : [id]
  }
  return (await Promise.all(maybe.map(touched))).flat().reverse()
}

/** Oldest first: the commits up to `tip` (not those reachable from `after`) that touched a path, or all. */
export async function commitIds(context: GitContext, tip: string, path?: string, after?: string): Promise<string[]> {
  const range = [tip, ...(after === undefined ? [] : [`^${after}`])]
  const args = ['rev-list', '--topo-order', '--reverse', ...range, ...(path === undefined ? [] : ['--', path])]
  const lines = (await context.git.output(args)).toString().split('\n')
  return lines.filter((line) => line !== '')
}

/** Every commit up to `tip` with the files it wrote, oldest first, a few hundred in memory at a time. */
export async function* ledgerSteps(
  context: GitContext,
  tip: string | undefined,
  after?: string,
): AsyncGenerator<LedgerStep> {
  const known = after !== undefined && (await context.reader.read(after))?.type === 'commit'
  const ids = tip === undefined ? [] : await commitIds(context, tip, undefined, known ? after : undefined)
  for (let i = 0; i < ids.length; i += chunk) {
    const some = ids.slice(i, i + chunk)
    const changes = await changedBlobs(context, some)
    for (const step of await Promise.all(some.map((id) => readStep(context, id, changes.get(id) ?? [])))) yield step
  }
}

interface ChangedBlob {
  readonly path: string
  readonly before?: string
  readonly after?: string
}

async function readStep(context: GitContext, id: string, blobs: readonly ChangedBlob[]): Promise<LedgerStep> {
  const text = async (blob: string | undefined) => {
    if (blob === undefined) return undefined
    const object = await context.reader.read(blob)
    if (object === undefined) throw repositoryError('repository-corrupt', `object ${blob} of the ledger is missing`)
    return object.data.toString()
  }
  const commit = ledgerCommit(await readCommit(context, id))
  const changes = blobs.map(async ({ path, ...ids }) => {
    const [before, after] = await Promise.all([text(ids.before), text(ids.after)])
    return { path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }
  })
  return { commit, changes: await Promise.all(changes) }
}

/** Against the first parent; for the first commit, against nothing. */
async function changedBlobs(context: GitContext, ids: readonly string[]): Promise<Map<string, ChangedBlob[]>> {
  const args = ['diff-tree', '--stdin', '-r', '-z', '--root', '--raw', '--no-renames', '-m', '--first-parent']
  const output = await context.git.output(args, { input: `${ids.join('\n')}\n` })
  const parts = output.toString().split('\0')
  const found = new Map<string, ChangedBlob[]>()
  let current: ChangedBlob[] = []
  for (let i = 0; i < parts.length; i += 1) {
    const part = parts[i] ?? ''
    if (!part.startsWith(':')) {
      current = []
      found.set(part.slice(0, part.search(/\s|$/)), current)
      continue
    }
    const [, , before = '', after = ''] = part.split(' ')
    i += 1
    current.push({ path: parts[i] ?? '', ...present('before', before), ...present('after', after) })
  }
  return found
}

function present<Name extends string>(name: Name, id: string): { readonly [key in Name]?: string } {
  return /^0+$/.test(id) ? {} : ({ [name]: id } as { readonly [key in Name]?: string })
}
