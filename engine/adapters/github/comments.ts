import type { ForgeComment, Kept, Reaction } from '../../ports/forge.ts'
import { accountOf, fieldsOf, instantOf, numberOf, pageOf, textIfAny } from './answers.ts'
import type { Call } from './api.ts'
import { GithubError, isMissing, maybeDone } from './github-error.ts'
import { makeOnce } from './make-once.ts'
import type { Self } from './who-we-are.ts'

function readComment(value: unknown, on: number): ForgeComment {
  const comment = fieldsOf(value, 'a comment')
  const id = numberOf(comment['id'], 'id of a comment')
  const at = (field: string) => `${field} of comment ${id}`
  const written = instantOf(comment['created_at'], at('created_at'))
  return {
    ...{ id: String(id), on },
    account: accountOf(comment['user'], at('user')),
    body: textIfAny(comment['body'], at('body')) ?? '',
    at: written,
    edited: instantOf(comment['updated_at'], at('updated_at')) !== written,
    url: pageOf(comment['html_url'], at('html_url')),
  }
}

/** Oldest first. */
export async function commentsOn(call: Call, number: number): Promise<readonly ForgeComment[]> {
  const listed = await call.list(`reading the comments on ${number}`, (rest, at) =>
    rest.issues.listComments.endpoint({ ...at, issue_number: number, per_page: 100 }),
  )
  // A comment that is deleted while we read moves the next ones to another page.
  const comments = new Map(listed.map((value) => readComment(value, number)).map((comment) => [comment.id, comment]))
  return [...comments.values()].sort((a, b) => Number(a.id) - Number(b.id))
}

/** As it comes back: with the ends of lines and of the text as GitHub keeps them. */
export const sameText = (a: string, b: string): boolean => asKept(a) === asKept(b)

const asKept = (text: string): string => text.replaceAll('\r\n', '\n').trim()

/** The text with the mark that it is found by. */
export const marked = (text: string, marker: string): string => (text.includes(marker) ? text : `${marker}\n${text}`)

/**
 * Two that do this at the same time end with one comment: each looks again after it wrote, the oldest stays, and the others go.
 */
export async function keepComment(call: Call, number: number, marker: string, body: string, self: Self): Promise<Kept> {
  const { id: us } = await self()
  const text = marked(body, marker)
  const ours = async () =>
    (await commentsOn(call, number)).filter((comment) => comment.account.id === us && comment.body.includes(marker))
  const { thing, made } = await makeOnce(
    async () => (await ours())[0],
    () => write(call, number, text),
  )
  const [oldest = thing, ...later] = await ours()
  for (const comment of later) await remove(call, comment)
  if (oldest.id === thing.id && made) return { url: oldest.url, done: 'made' }
  if (sameText(oldest.body, text)) return { url: oldest.url, done: 'same' }
  await call.ask(`replacing comment ${oldest.id}`, (rest, at) =>
    rest.issues.updateComment({ ...at, comment_id: Number(oldest.id), body: text }),
  )
  return { url: oldest.url, done: 'changed' }
}

async function write(call: Call, number: number, body: string): Promise<ForgeComment> {
  const answer = await call.ask(`commenting on ${number}`, (rest, at) =>
    rest.issues.createComment({ ...at, issue_number: number, body }),
  )
  return readComment(answer, number)
}

async function remove(call: Call, comment: ForgeComment): Promise<void> {
  try {
    await call.ask(`deleting comment ${comment.id}`, (rest, at) =>
      rest.issues.deleteComment({ ...at, comment_id: Number(comment.id) }),
    )
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

/** There is no mark to find it by, so that it is never written twice: where its fate is not known, that is said. */
export async function addComment(call: Call, number: number, body: string): Promise<ForgeComment> {
  try {
    return await write(call, number, body)
  } catch (error) {
    if (!maybeDone(error) || !(error instanceof GithubError)) throw error
    throw new GithubError('github-uncertain', error.message, { maybeDone: true })
  }
}

export async function react(call: Call, comment: ForgeComment, how: Reaction): Promise<void> {
  await call.ask(`answering comment ${comment.id}`, (rest, at) =>
    rest.reactions.createForIssueComment({
      ...at,
      comment_id: Number(comment.id),
      content: how,
      // Done twice, it is there once.
      request: { ...at.request, repeatable: true },
    }),
  )
}
