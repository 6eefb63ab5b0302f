import { resolve } from 'node:path'
import type { NewTag, Tag } from '../../ports/repository.ts'
import { repositoryError } from './codes.ts'
import type { GitContext } from './context.ts'
import { failure, networkDeadline, said } from './git-process.ts'
import { swapRef } from './move-branch.ts'
import { ObjectWriter } from './object-writer.ts'
import { checkBranch } from './ref-name.ts'
import { push, remoteName } from './remote.ts'
import { personLine } from './write-commit.ts'

const armour = '-----BEGIN SSH SIGNATURE-----'

/** The bytes of an annotated tag; its signature stands behind the message, as git writes and checks it. */
async function tagBytes(tag: NewTag): Promise<Buffer> {
  const headers = `object ${tag.commit}\ntype commit\ntag ${tag.name}\ntagger ${personLine(tag.tagger)}\n`
  // A line of a message that looks like a signature would be taken for one.
  const message = tag.message
    .replaceAll('\0', '')
    .replaceAll(/^-----BEGIN/gm, ' -----BEGIN')
    .trimEnd()
  const unsigned = Buffer.from(`${headers}\n${message}\n`)
  return Buffer.concat([unsigned, Buffer.from(`${(await tag.signer.sign(unsigned, 'git')).trimEnd()}\n`)])
}

/** Writes a tag, on the remote first where there is one. An existing one never moves. */
export async function writeTag(
  context: GitContext,
  tag: NewTag,
  remote: boolean,
): Promise<'written' | 'there' | 'other'> {
  const ref = `refs/tags/${checkBranch(tag.name)}`
  const local = await readTag(context, tag.name)
  if (local !== undefined && local.commit !== tag.commit) return 'other'
  const objects = new ObjectWriter(resolve(context.commonDir, 'objects'), context.format)
  const id = local?.id ?? objects.write('tag', await tagBytes(tag))
  await objects.settle()
  const there = remote ? await pushTag(context, tag, id, ref) : 'written'
  if (there === 'other') return 'other'
  if (local === undefined && there === 'written' && !(await swapRef(context, ref, null, id))) return 'other'
  return local === undefined ? there : 'there'
}

async function pushTag(
  context: GitContext,
  tag: NewTag,
  id: string,
  ref: string,
): Promise<'written' | 'there' | 'other'> {
  const pushed = await push(context.git, id, ref)
  if (pushed.outcome === 'done') return 'written'
  const found = await remoteTag(context, ref)
  if (found === id) return 'written'
  if (found !== undefined) {
    // Somebody else wrote it: what it says is looked at, and kept.
    const fetched = await context.git.run(
      ['fetch', '--quiet', '--no-write-fetch-head', '--end-of-options', remoteName, `${ref}:${ref}`],
      { deadline: networkDeadline },
    )
    if (fetched.code !== 0) return 'other'
    return (await readTag(context, tag.name))?.commit === tag.commit ? 'there' : 'other'
  }
  const because = 'because' in pushed ? pushed.because : 'the remote did not take it'
  throw repositoryError(
    pushed.outcome === 'unknown' ? 'remote-unreachable' : 'push-refused',
    `the tag ${tag.name} could not be pushed: ${because}`,
  )
}

async function remoteTag(context: GitContext, ref: string): Promise<string | undefined> {
  const listed = await context.git.run(['ls-remote', '--end-of-options', remoteName, ref], {
    deadline: networkDeadline,
  })
  if (listed.code !== 0)
    throw repositoryError('remote-unreachable', `the remote can't be asked for its tags: ${said(listed.stderr)}`)
  return /^([0-9a-f]{40,64})\t/.exec(listed.stdout.toString())?.[1]
}

/** Tags whose names begin so, sorted by name. */
export async function listTags(context: GitContext, prefix: string): Promise<readonly Tag[]> {
  const listed = await context.git.run(['for-each-ref', '--format=%(refname)', `refs/tags/${checkBranch(prefix)}`])
  if (listed.code !== 0) throw failure(listed, 'for-each-ref')
  const names = listed.stdout
    .toString()
    .split('\n')
    .flatMap((ref) => (ref === '' ? [] : [ref.slice('refs/tags/'.length)]))
  const tags = await Promise.all(names.map((name) => readTag(context, name)))
  return tags.filter((tag) => tag !== undefined)
}

async function readTag(context: GitContext, name: string): Promise<Tag | undefined> {
  const object = await context.reader.read(`refs/tags/${name}`)
  if (object === undefined) return undefined
  const target = object.type === 'commit' ? object : await context.reader.read(`refs/tags/${name}^{commit}`)
  const end = object.type === 'tag' ? object.data.lastIndexOf(`\n${armour}`) + 1 : 0
  return {
    name,
    id: object.id,
    ...(target !== undefined && { commit: target.id }),
    ...(end > 0 && { signature: object.data.subarray(end).toString() }),
    signedPayload: end > 0 ? object.data.subarray(0, end) : object.data,
  }
}
