import { resolve } from 'node:path'
import type {
  AuthoredFile,
  Branch,
  Commit,
  NewCommit,
  NewTag,
  Repository,
  Tag,
  TreeChange,
  TreeEntry,
} from '../../ports/repository.ts'
import { listBranches } from './branches.ts'
import { repositoryError } from './codes.ts'
import { type GitContext, openContext } from './context.ts'
import { failure } from './git-process.ts'
import { isAncestor, moveLocalBranch, moveRemoteBranch, type Report } from './move-branch.ts'
import { ObjectWriter } from './object-writer.ts'
import { parseCommit } from './parse-commit.ts'
import { checkBranch, checkRef, isObjectId } from './ref-name.ts'
import { fetchBranches, hasRemote, remoteName } from './remote.ts'
import { listTags, writeTag } from './tags.ts'
import { TreeStore } from './tree-store.ts'
import { commitBytes } from './write-commit.ts'

export interface OpenOptions {
  /** Branches of which the remote's version is the true one, where there is a remote. */
  readonly shared?: readonly string[]
  /** Refuses a detached head (`repository-detached`). */
  readonly needsBranch?: boolean
  /** Accepts a shallow clone: enough to read the documents of one commit, not to judge a change. */
  readonly allowShallow?: boolean
  /** The repository, where it was found already: finding it costs a process. */
  readonly context?: GitContext
  /** Gets what could not be done beside a move that succeeded (`work-tree-left`). */
  readonly report?: Report
}

/** A repository that can be closed: it keeps one git process for reading. */
export interface OpenRepository extends Repository {
  close(): void
}

/** Opens the repository that a folder lies in. Throws `RepositoryError` with `repository-…` where it can't be used. */
export async function openRepository(dir: string, options: OpenOptions = {}): Promise<OpenRepository> {
  const context = options.context ?? (await openContext(dir))
  if (context.shallow && options.allowShallow !== true)
    throw repositoryError('repository-shallow', `${context.root} is a shallow clone`)
  const repository = new GitRepository(context, options)
  if (options.needsBranch === true && (await repository.currentBranch()) === undefined)
    throw repositoryError('repository-detached', `no branch is checked out in ${context.root}`)
  return repository
}

/** Listings of trees that are kept. */
const treesKept = 4

class GitRepository implements OpenRepository {
  readonly root: string
  readonly commonDir: string
  readonly #context: GitContext
  readonly #shared: readonly string[]
  readonly #report: Report
  readonly #trees = new Map<string, Promise<readonly TreeEntry[]>>()
  #remoteDecides: Promise<boolean> | undefined
  #between: { readonly range: string; readonly ids: Promise<readonly string[]> } | undefined

  constructor(context: GitContext, options: OpenOptions) {
    this.#context = context
    this.root = context.root
    this.commonDir = context.commonDir
    this.#shared = options.shared ?? ['main', 'ledger']
    this.#report = options.report ?? (() => undefined)
  }

  async resolve(ref: string): Promise<string | undefined> {
    const name = await this.#trueName(checkRef(ref))
    const object = await this.#context.reader.read(`${name}^{commit}`)
    if (object !== undefined) return object.id
    // An id that is no commit's: of a tree, or of what is not here.
    if (isObjectId(ref)) return undefined
    const named = await this.#context.git.run(['rev-parse', '--verify', '--quiet', '--end-of-options', name])
    const id = named.stdout.toString().trim()
    // A name that leads to an object which is not there. What ^ and ~ ask for may just be unknown here.
    if (named.code === 0 && !(await this.#context.reader.read(id)))
      throw repositoryError('repository-corrupt', `${ref} names ${id}, which is missing`)
    if (/^HEAD\b/.test(ref) && (await this.#isEmpty()))
      throw repositoryError('repository-empty', 'there are no commits yet')
    return this.#onRemote(ref)
  }

  /** A branch that somebody pushed and nobody here has checked out goes by its own name, too. */
  async #onRemote(ref: string): Promise<string | undefined> {
    if (/^(HEAD|refs\/|@)/.test(ref) || !(await this.hasRemote())) return undefined
    return (await this.#context.reader.read(`refs/remotes/${remoteName}/${ref}^{commit}`))?.id
  }

  /** Where a remote decides, its branch stands behind the short name. */
  async #trueName(ref: string): Promise<string> {
    const [, prefix = '', name = '', suffix = ''] = /^(refs\/heads\/)?(.*?)((?:~\d*|\^\d*)*)$/.exec(ref) ?? []
    if (!this.#shared.includes(name)) return ref
    const tracking = `refs/remotes/${remoteName}/${name}`
    if ((await this.hasRemote()) && (await this.#context.reader.read(tracking))) return `${tracking}${suffix}`
    return prefix === '' ? `refs/heads/${name}${suffix}` : ref
  }

  async #isEmpty(): Promise<boolean> {
    return (await this.#context.git.run(['rev-parse', '--verify', '--quiet', 'HEAD'])).code !== 0
  }

  async commit(id: string): Promise<Commit> {
    const object = await this.#context.reader.read(objectId(id))
    if (object?.type !== 'commit') throw repositoryError('repository-corrupt', `commit ${id} is missing`)
    return parseCommit(id, object.data)
  }

  /** What an id names never changes, and a command asks for the same few trees again and again. */
  async tree(treeish: string): Promise<readonly TreeEntry[]> {
    if (!isObjectId(treeish)) return this.#listTree(await this.#trueName(checkRef(treeish)))
    const id = await this.#treeOf(treeish)
    const known = this.#trees.get(id) ?? this.#listTree(id)
    this.#trees.delete(id)
    this.#trees.set(id, known)
    const [oldest] = this.#trees.keys()
    if (this.#trees.size > treesKept && oldest !== undefined) this.#trees.delete(oldest)
    return known
  }

  /** A branch and what comes of merging it are most often one tree. What is no commit is left to git. */
  async #treeOf(id: string): Promise<string> {
    const object = await this.#context.reader.read(id)
    return object?.type === 'commit' ? parseCommit(id, object.data).tree : id
  }

  async #listTree(name: string): Promise<readonly TreeEntry[]> {
    const args = ['ls-tree', '-r', '-z', '--long', '--full-tree', '--end-of-options', name]
    const listing = (await this.#context.git.output(args)).toString()
    const entries = listing.split('\0').flatMap((line) => {
      const match = /^(\d+) (?:blob|commit) ([0-9a-f]+) +(\d+|-)\t(.*)$/s.exec(line)
      if (match === null) return []
      const [, mode = '', id = '', size = '', path = ''] = match
      return [{ path, mode: modeOf(mode), id, size: size === '-' ? 0 : Number(size) }]
    })
    return entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  }

  async blobs(ids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const unique = [...new Set(ids.map(objectId))]
    const objects = await Promise.all(unique.map((id) => this.#context.reader.read(id)))
    return new Map(
      unique.map((id, i) => {
        const object = objects[i]
        if (object?.type !== 'blob')
          throw repositoryError('repository-corrupt', `the contents of blob ${id} are missing`)
        return [id, object.data]
      }),
    )
  }

  async changes(fromTree: string, toTree: string): Promise<readonly TreeChange[]> {
    const args = ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-ext-diff', '--ignore-submodules=none']
    const raw = (await this.#context.git.output([...args, objectId(fromTree), objectId(toTree)])).toString().split('\0')
    const changes: TreeChange[] = []
    for (let i = 0; i + 1 < raw.length; i += 2) {
      const [oldMode = '', newMode = '', oldId = '', newId = ''] = (raw[i] ?? '').slice(1).split(' ')
      changes.push({
        path: raw[i + 1] ?? '',
        ...(oldMode === '000000' ? {} : { before: { mode: oldMode, id: oldId } }),
        ...(newMode === '000000' ? {} : { after: { mode: newMode, id: newId } }),
      })
    }
    return changes.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  }

  async mergeBase(a: string, b: string): Promise<string | undefined> {
    const result = await this.#context.git.run(['merge-base', objectId(a), objectId(b)])
    if (result.code > 1) throw failure(result, 'merge-base')
    return result.code === 0 ? result.stdout.toString().trim() : undefined
  }

  async mergeTree(base: string, head: string) {
    const args = ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', objectId(base), objectId(head)]
    const result = await this.#context.git.run(args)
    if (result.code > 1) throw failure(result, 'merge-tree')
    const [tree = '', ...conflicts] = result.stdout
      .toString()
      .split('\0')
      .filter((part) => part !== '')
    return result.code === 0 ? { tree } : { conflicts: [...new Set(conflicts)].sort() }
  }

  async firstParents(tip: string, until?: string): Promise<readonly string[]> {
    return this.#revList(['--first-parent', objectId(tip), ...(until === undefined ? [] : [`^${objectId(until)}`])])
  }

  async commitsBetween(base: string, head: string): Promise<readonly Commit[]> {
    const range = `${objectId(base)}..${objectId(head)}`
    // Between two ids lies always the same, and one command asks more than once.
    const asked =
      this.#between?.range === range ? this.#between.ids : this.#revList(['--topo-order', '--reverse', range])
    this.#between = { range, ids: asked }
    return Promise.all((await asked).map((id) => this.commit(id)))
  }

  async #revList(args: readonly string[]): Promise<string[]> {
    const lines = (await this.#context.git.output(['rev-list', ...args])).toString().split('\n')
    return lines.filter((line) => line !== '')
  }

  async filesChangedBy(tip: string, emails: readonly string[], most: number): Promise<readonly AuthoredFile[]> {
    if (emails.length === 0) return []
    const authors = emails.map((email) => `--author=<${email}>`)
    const args = ['log', '--no-merges', `--max-count=${most}`, '--fixed-strings', '--regexp-ignore-case', ...authors]
    args.push('--no-renames', '--name-only', '-z', '--format=%x01%ae', '--end-of-options', objectId(tip))
    const entries = (await this.#context.git.output(args)).toString().split('\u0001')
    return entries.flatMap((entry) => {
      const [email = '', ...paths] = entry.split('\0').map((part) => part.replace(/^\n/, ''))
      return paths.filter((path) => path !== '').map((path) => ({ email, path }))
    })
  }

  isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    return isAncestor(this.#context, objectId(ancestor), objectId(descendant))
  }

  async currentBranch(): Promise<string | undefined> {
    const result = await this.#context.git.run(['symbolic-ref', '--quiet', 'HEAD'])
    if (result.code !== 0 && result.stderr.trim() !== '') throw failure(result, 'symbolic-ref')
    return result.code === 0
      ? result.stdout
          .toString()
          .trim()
          .replace(/^refs\/heads\//, '')
      : undefined
  }

  /** For reading, one answer is enough for as long as the repository is open; before anything moves it is asked again. */
  hasRemote(): Promise<boolean> {
    this.#remoteDecides ??= this.#context.hasRemote()
    return this.#remoteDecides
  }

  async fetch(): Promise<void> {
    if (!(await this.#context.hasRemote())) return
    await fetchBranches(this.#context.git, [`+refs/heads/*:refs/remotes/${remoteName}/*`])
  }

  async bring(ref: string): Promise<string | undefined> {
    const [, below] = /^refs\/(.+)$/.exec(checkRef(ref)) ?? []
    if (below === undefined) throw repositoryError('invalid-ref', `${JSON.stringify(ref.slice(0, 80))} is no full name`)
    if (!(await this.hasRemote())) return undefined
    const here = `refs/plumbline/${below}`
    if (!(await fetchBranches(this.#context.git, [`+${ref}:${here}`]))) return undefined
    return (await this.#context.reader.read(`${here}^{commit}`))?.id
  }

  async writeTree(tree: string, files: ReadonlyMap<string, Uint8Array | null>): Promise<string> {
    const objects = new ObjectWriter(resolve(this.commonDir, 'objects'), this.#context.format)
    const id = await new TreeStore(this.#context.reader).replace(objectId(tree), files, objects)
    await objects.settle()
    return id
  }

  async writeCommit(commit: NewCommit): Promise<string> {
    const objects = new ObjectWriter(resolve(this.commonDir, 'objects'), this.#context.format)
    const bytes = await commitBytes({ ...commit, committer: commit.author }, this.#context.format)
    const id = objects.write('commit', bytes)
    await objects.settle()
    return id
  }

  async moveBranch(branch: string, from: string | null, to: string): Promise<boolean> {
    checkBranch(branch)
    objectId(to)
    if (from !== null) objectId(from)
    if (await hasRemote(this.#context.git)) return moveRemoteBranch(this.#context, { branch, from, to }, this.#report)
    return moveLocalBranch(this.#context, branch, from, to)
  }

  async writeTag(tag: NewTag) {
    return writeTag(this.#context, { ...tag, commit: objectId(tag.commit) }, await hasRemote(this.#context.git))
  }

  branches(): Promise<readonly Branch[]> {
    return listBranches(this.#context)
  }

  tags(folder: string): Promise<readonly Tag[]> {
    return listTags(this.#context, folder)
  }

  close(): void {
    this.#context.reader.close()
  }
}

/** Ids come from git or a record: what is none was forged, or is a name that has to be resolved first. */
function objectId(id: string): string {
  if (!isObjectId(id))
    throw repositoryError('invalid-ref', `${JSON.stringify(id.slice(0, 80))} is not a full object id`)
  return id
}

function modeOf(mode: string): TreeEntry['mode'] {
  return mode === '100755' || mode === '120000' || mode === '160000' ? mode : '100644'
}
