import { execFile } from 'node:child_process'
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** Nothing of the machine's own settings of git counts. */
export const gitEnvironment: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
}

export const zeroId = '0'.repeat(40)

interface Signature {
  readonly name: string
  readonly email: string
  /** As git writes it: `1700000000 +0000`. */
  readonly date: string
}

export interface CommitFacts {
  readonly sha: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Signature
  readonly committer: Signature
  readonly message: string
}

export interface FileChange {
  readonly path: string
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed'
  readonly sha: string
  readonly additions: number
  readonly deletions: number
}

/** Who may do what to a ref in one push, for the hook to judge. */
export interface RefRule {
  readonly ref: string
  /** Nobody may push it at all, because of this. */
  readonly refused?: string
  readonly force: boolean
  readonly delete: boolean
}

/**
 * Judges each ref by lines `ref<TAB>force<TAB>delete<TAB>refused` in FAKE_RULES. What GitHub says of refused pushes:
 * https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches
 */
const updateHook = `#!/bin/sh
ref=$1 old=$2 new=$3
zero=${zeroId}
printf '%s' "$FAKE_RULES" | while IFS='	' read -r name force delete refused; do
  [ "$name" = "$ref" ] || continue
  if [ -n "$refused" ]; then echo "error: GH006: Protected branch update failed for $ref." >&2; echo "error: $refused" >&2; exit 1; fi
  if [ "$new" = "$zero" ]; then
    [ "$delete" = yes ] && continue
    echo "error: GH006: Protected branch update failed for $ref." >&2; echo "error: Cannot delete a protected branch" >&2; exit 1
  fi
  [ "$old" = "$zero" ] && continue
  git merge-base --is-ancestor "$old" "$new" && continue
  [ "$force" = yes ] && continue
  echo "error: GH006: Protected branch update failed for $ref." >&2; echo "error: Cannot force-push to this branch" >&2; exit 1
done
`

const receiptHook = `#!/bin/sh
[ -n "$FAKE_RECEIPT" ] && cat >> "$FAKE_RECEIPT"
exit 0
`

/** Any commit may be asked for, pull requests are not pushed to, and nothing is tidied up while others look. */
const settings = `[uploadpack]
	allowAnySHA1InWant = true
	allowFilter = true
[receive]
	hideRefs = refs/pull
	advertisePushOptions = true
	autogc = false
[http]
	receivepack = true
[gc]
	auto = 0
`

/** A bare repository, and what GitHub does in one: merge, squash, rebase, without a work tree. */
export class BareRepository {
  readonly dir: string
  /** What was read of full ids, which is true for ever. */
  readonly #known = new Map<string, Promise<unknown>>()

  private constructor(dir: string) {
    this.dir = dir
  }

  static async create(dir: string, defaultBranch: string): Promise<BareRepository> {
    mkdirSync(dir, { recursive: true })
    const it = new BareRepository(dir)
    await it.git(['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`, '.'])
    appendFileSync(join(dir, 'config'), settings)
    mkdirSync(join(dir, 'hooks'), { recursive: true })
    writeFileSync(join(dir, 'hooks', 'update'), updateHook, { mode: 0o755 })
    writeFileSync(join(dir, 'hooks', 'post-receive'), receiptHook, { mode: 0o755 })
    return it
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true })
  }

  async git(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
    const options = { cwd: this.dir, env: { ...gitEnvironment, ...env }, maxBuffer: 64 << 20 }
    return (await exec('git', [...args], options)).stdout
  }

  async line(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<string> {
    return (await this.git(args, env)).trimEnd()
  }

  /** Full id of what a name stands for. */
  async resolve(name: string, type = 'commit'): Promise<string | undefined> {
    try {
      return await this.line(['rev-parse', '--quiet', '--verify', '--end-of-options', `${name}^{${type}}`])
    } catch {
      return undefined
    }
  }

  branch(name: string): Promise<string | undefined> {
    return this.resolve(`refs/heads/${name}`)
  }

  /** Refs below a prefix with their ids. */
  async refs(
    prefix: string,
  ): Promise<readonly { readonly ref: string; readonly sha: string; readonly type: string }[]> {
    const lines = await this.git(['for-each-ref', '--format=%(objectname) %(objecttype) %(refname)', prefix])
    return lines.split('\n').flatMap((line) => {
      const [sha, type, ref] = line.split(' ')
      return sha && type && ref ? [{ ref, sha, type }] : []
    })
  }

  /** Moves, makes or (without `to`) removes a ref; rejects where it is no longer at `from`. */
  async move(ref: string, to: string | undefined, from?: string): Promise<void> {
    if (to === undefined) await this.git(['update-ref', '-d', ref, ...(from === undefined ? [] : [from])])
    else await this.git(['update-ref', ref, to, ...(from === undefined ? [] : [from])])
  }

  /** Reads once what depends on full ids alone. A failure is not kept. */
  #once<T>(names: readonly string[], read: () => Promise<T>): Promise<T> {
    if (!names.slice(1).every((name) => /^[0-9a-f]{40}$/.test(name))) return read()
    const key = names.join(' ')
    const known = this.#known.get(key) as Promise<T> | undefined
    if (known !== undefined) return known
    const reading = read()
    this.#known.set(key, reading)
    reading.catch(() => this.#known.delete(key))
    return reading
  }

  isAncestor(older: string, newer: string): Promise<boolean> {
    const asked = () => this.git(['merge-base', '--is-ancestor', older, newer])
    return this.#once(['is-ancestor', older, newer], () =>
      asked().then(
        () => true,
        () => false,
      ),
    )
  }

  async mergeBase(a: string, b: string): Promise<string | undefined> {
    try {
      return await this.line(['merge-base', a, b])
    } catch {
      return undefined
    }
  }

  /** Commits of `to` that are not in `from`, oldest first. */
  commits(from: string, to: string): Promise<readonly string[]> {
    return this.#once(['commits', from, to], async () => {
      const out = await this.git(['rev-list', '--reverse', '--topo-order', `${from}..${to}`])
      return out.split('\n').filter((line) => line !== '')
    })
  }

  commit(sha: string): Promise<CommitFacts> {
    return this.#once(['commit', sha], () => this.#readCommit(sha))
  }

  async #readCommit(sha: string): Promise<CommitFacts> {
    const format = ['%H', '%T', '%P', '%an', '%ae', '%ad', '%cn', '%ce', '%cd', '%B'].join('%x00')
    const out = await this.git(['log', '-1', '--no-show-signature', '--date=raw', `--format=${format}`, sha])
    const [id = '', tree = '', parents = '', an = '', ae = '', ad = '', cn = '', ce = '', cd = '', body = ''] =
      out.split('\0')
    return {
      sha: id,
      tree,
      parents: parents.split(' ').filter((p) => p !== ''),
      author: { name: an, email: ae, date: ad },
      committer: { name: cn, email: ce, date: cd },
      message: body.trimEnd(),
    }
  }

  /** Files that differ between the merge base and `to`, as a pull request shows them. */
  changes(from: string, to: string): Promise<readonly FileChange[]> {
    return this.#once(['changes', from, to], () => this.#readChanges(from, to))
  }

  async #readChanges(from: string, to: string): Promise<readonly FileChange[]> {
    const range = `${from}...${to}`
    const out = (await this.git(['diff', '--raw', '--numstat', '-z', '--no-renames', '--no-abbrev', range])).split('\0')
    const raw = out.slice(0, out.findLastIndex((entry) => entry.startsWith(':')) + 2)
    const counts = out.slice(raw.length)
    const statuses = { A: 'added', D: 'removed', M: 'modified', T: 'changed' } as const
    const files: FileChange[] = []
    for (let i = 0; i + 1 < raw.length; i += 2) {
      const [, , , sha = '', status = 'M'] = (raw[i] ?? '').split(' ')
      const path = raw[i + 1] ?? ''
      const [added = '0', removed = '0'] = (counts[i / 2] ?? '').split('\t')
      const number = (text: string) => (text === '-' ? 0 : Number(text))
      files.push({
        path,
        sha,
        status: statuses[status as keyof typeof statuses] ?? 'modified',
        additions: number(added),
        deletions: number(removed),
      })
    }
    return files
  }

  async file(commit: string, path: string): Promise<string | undefined> {
    try {
      return await this.git(['cat-file', 'blob', `${commit}:${path}`])
    } catch {
      return undefined
    }
  }

  /** Tree of both together; undefined where they conflict. */
  async mergeTree(ours: string, theirs: string): Promise<string | undefined> {
    try {
      return (await this.line(['merge-tree', '--write-tree', '--no-messages', ours, theirs])).split('\n')[0]
    } catch {
      return undefined
    }
  }

  async write(commit: {
    readonly tree: string
    readonly parents: readonly string[]
    readonly message: string
    readonly author: Signature
    readonly committer: Signature
  }): Promise<string> {
    const env = {
      GIT_AUTHOR_NAME: commit.author.name,
      GIT_AUTHOR_EMAIL: commit.author.email,
      GIT_AUTHOR_DATE: commit.author.date,
      GIT_COMMITTER_NAME: commit.committer.name,
      GIT_COMMITTER_EMAIL: commit.committer.email,
      GIT_COMMITTER_DATE: commit.committer.date,
    }
    const parents = commit.parents.flatMap((parent) => ['-p', parent])
    return this.line(['commit-tree', commit.tree, ...parents, '-m', commit.message], env)
  }

  /** The same change on another base; undefined where it conflicts there. */
  async pick(sha: string, onto: string, committer: Signature): Promise<string | undefined> {
    const facts = await this.commit(sha)
    const [parent] = facts.parents
    if (parent === undefined) return undefined
    // A three-way merge whose base is the commit's parent: a stand-in for the new base that has this parent.
    const stand = await this.write({
      tree: (await this.commit(onto)).tree,
      parents: [parent],
      message: 'stand-in',
      author: committer,
      committer,
    })
    const tree = await this.mergeTree(stand, sha)
    if (tree === undefined) return undefined
    return this.write({ tree, parents: [onto], message: facts.message, author: facts.author, committer })
  }
}
