/** Objects of a git repository, read from its object database; nothing of a tree is ever run. Ids are full hex. */
export interface Repository {
  /** Folder of the work tree. */
  readonly root: string
  /** git's common directory: caches and the journal lie below `plumbline/` in it. */
  readonly commonDir: string
  /** Commit id behind a name; undefined where there is none. Throws `RepositoryError` with `invalid-ref` for names git would take for an option. */
  resolve(ref: string): Promise<string | undefined>
  commit(id: string): Promise<Commit>
  /** Blobs, links and submodules of a tree, recursively, sorted by path. */
  tree(treeish: string): Promise<readonly TreeEntry[]>
  blobs(ids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>
  /** What differs between two trees, sorted by path; no renames. */
  changes(fromTree: string, toTree: string): Promise<readonly TreeChange[]>
  mergeBase(a: string, b: string): Promise<string | undefined>
  /** Merges without a work tree. */
  mergeTree(base: string, head: string): Promise<{ readonly tree: string } | { readonly conflicts: readonly string[] }>
  /** Newest first, from `tip` along first parents down to, not including, `until`. */
  firstParents(tip: string, until?: string): Promise<readonly string[]>
  /** Commits reachable from `head` and not from `base`, oldest first. */
  commitsBetween(base: string, head: string): Promise<readonly Commit[]>
  /** The files that commits by these e-mail addresses changed, of the newest `most` such commits before and at `tip`; merges apart. */
  filesChangedBy(tip: string, emails: readonly string[], most: number): Promise<readonly AuthoredFile[]>
  /** Whether `ancestor` is reachable from `descendant`. */
  isAncestor(ancestor: string, descendant: string): Promise<boolean>
  currentBranch(): Promise<string | undefined>
  /** Branches of this clone, and those of the remote as they were when it was last asked. */
  branches(): Promise<readonly Branch[]>
  hasRemote(): Promise<boolean>
  /** Brings the remote's branches; throws `RepositoryError` where the remote can't be reached. */
  fetch(): Promise<void>
  /** Brings one ref of the remote that is no branch (`refs/pull/42/head`), and returns its commit; undefined where there is none. */
  bring(ref: string): Promise<string | undefined>
  /** Writes a tree that is `tree` with other content in these files: null removes one. Modes stay; a new file is an ordinary one. */
  writeTree(tree: string, files: ReadonlyMap<string, Uint8Array | null>): Promise<string>
  /** Writes a commit (signed where a signer is given) and returns its id. Does not move any ref. */
  writeCommit(commit: NewCommit): Promise<string>
  /** Moves a branch by compare-and-swap, on the remote first where there is one; false where it had moved. */
  moveBranch(branch: string, from: string | null, to: string): Promise<boolean>
  /**
   * Writes a signed annotated tag, on the remote first where there is one. A tag that is there already never moves: `there`
   * where it names the same commit, `other` where it does not.
   */
  writeTag(tag: NewTag): Promise<'written' | 'there' | 'other'>
  /** Tags of this clone below a folder of names (`release`), sorted by name. */
  tags(folder: string): Promise<readonly Tag[]>
}

export interface Branch {
  /** `refs/heads/main`, `refs/remotes/origin/main`. */
  readonly ref: string
  readonly commit: string
}

export interface NewTag {
  /** Without `refs/tags/`. */
  readonly name: string
  readonly commit: string
  readonly tagger: Person
  readonly message: string
  readonly signer: Signer
}

export interface Tag {
  readonly name: string
  readonly id: string
  /** The commit that it leads to; none where it leads to something else. */
  readonly commit?: string
  /** Armoured signature, where there is one. */
  readonly signature?: string
  /** The bytes that are signed. */
  readonly signedPayload: Uint8Array
}

export interface Person {
  readonly name: string
  readonly email: string
  /** ISO 8601 with the writer's offset. */
  readonly at: string
}

export interface Commit {
  readonly id: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Person
  readonly committer: Person
  readonly message: string
  /** Armoured signature, where there is one. */
  readonly signature?: string
  /** The bytes that are signed: the commit object without its signature header. */
  readonly signedPayload: Uint8Array
}

/** A file of the repository that somebody changed once. */
export interface AuthoredFile {
  readonly email: string
  readonly path: string
}

export interface TreeEntry {
  readonly path: string
  readonly mode: '100644' | '100755' | '120000' | '160000'
  readonly id: string
  /** Bytes; 0 for submodules. */
  readonly size: number
}

export interface TreeChange {
  readonly path: string
  readonly before?: { readonly mode: string; readonly id: string }
  readonly after?: { readonly mode: string; readonly id: string }
}

export interface NewCommit {
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Person
  readonly message: string
  readonly signer?: Signer
}

/** A key that signs: from a file, an agent or memory. */
export interface Signer {
  /** authorized_keys form, without comment. */
  readonly publicKey: string
  /** Armoured SSH signature (`-----BEGIN SSH SIGNATURE-----`) of the data under a namespace (`git`, `plumbline-approval`). */
  sign(data: Uint8Array, namespace: string): Promise<string>
}

/** A mistake of the caller or a state of the repository that a person has to mend. */
export class RepositoryError extends Error {
  readonly code: string
  readonly hint: string
  constructor(code: string, message: string, hint: string) {
    super(message)
    this.name = 'RepositoryError'
    this.code = code
    this.hint = hint
  }
}
