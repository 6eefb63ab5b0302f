import { GitProcess } from '../adapters/git/git-process.ts'

/**
 * Does what somebody with access to the server could do: rewrites one entry of a bare repository's ledger and puts all later ones on
 * top of it again, with their old signatures, since they hold nobody's key. Returns the forged entry.
 */
export async function forgeLedger(
  bare: string,
  change: { readonly subject: string; readonly from: string; readonly to: string },
): Promise<string> {
  const git = new GitProcess(bare)
  const log = await git.line(['log', '--reverse', '--format=%H %s', 'refs/heads/ledger'])
  const entries = log.split('\n').map((line) => ({ id: line.slice(0, 40), subject: line.slice(41) }))
  const at = entries.findIndex((entry) => entry.subject.startsWith(change.subject))
  const target = entries[at]
  if (target === undefined) throw new Error(`no entry of the ledger is called ${change.subject}`)
  const forged = await rewritten(git, target.id, { tree: await forgedTree(git, target.id, change) })
  let tip = forged
  for (const entry of entries.slice(at + 1)) tip = await rewritten(git, entry.id, { parent: tip })
  await git.output(['update-ref', 'refs/heads/ledger', tip])
  return forged
}

/** The tree of a commit, with one text replaced in the file that the commit changed. */
async function forgedTree(
  git: GitProcess,
  commit: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<string> {
  const names = (await git.line(['diff-tree', '--no-commit-id', '--name-only', '-r', commit])).split('\n')
  const path = names.find((name) => name.startsWith('changes/')) ?? ''
  const text = (await git.output(['cat-file', 'blob', `${commit}:${path}`])).toString()
  if (!text.includes(from)) throw new Error(`${path} does not say ${from}`)
  const blob = (await git.output(['hash-object', '-w', '--stdin'], { input: text.replaceAll(from, to) })).toString()
  await git.output(['read-tree', commit])
  await git.output(['update-index', '--cacheinfo', `100644,${blob.trim()},${path}`])
  return git.line(['write-tree'])
}

async function rewritten(
  git: GitProcess,
  commit: string,
  change: { readonly tree?: string; readonly parent?: string },
): Promise<string> {
  let text = (await git.output(['cat-file', 'commit', commit])).toString('latin1')
  if (change.tree !== undefined) text = text.replace(/^tree .*$/m, `tree ${change.tree}`)
  if (change.parent !== undefined) text = text.replace(/^parent .*$/m, `parent ${change.parent}`)
  const input = Buffer.from(text, 'latin1')
  return (await git.output(['hash-object', '-t', 'commit', '-w', '--stdin'], { input })).toString().trim()
}
