import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { Json } from '../../model/document.ts'
import { largestEvent } from '../ci/read-event.ts'
import { codes } from '../codes.ts'
import { at, isNumber } from '../serve/payload.ts'
import type { CommentMeant } from './answer-comment.ts'
import { mayHoldCommand } from './parse-command.ts'

const report = reporter(codes)

/** The comment that an event `issue_comment` tells of, where it is a new one on a pull request and may hold a command. */
export function commentOf(payload: Json): CommentMeant | undefined {
  if (at(payload, 'action') !== 'created') return undefined
  const [request, comment, body] = [
    at(payload, 'issue', 'number'),
    at(payload, 'comment', 'id'),
    at(payload, 'comment', 'body'),
  ]
  // Most comments hold no command, or are answers of a program that show how one is written: they need not be asked for.
  if (at(payload, 'issue', 'pull_request') === undefined || typeof body !== 'string' || !mayHoldCommand(body))
    return undefined
  if (at(payload, 'comment', 'user', 'type') === 'Bot') return undefined
  return isNumber(request) && isNumber(comment) ? { request, comment: String(comment) } : undefined
}

/** The same, out of the text of the event that started a job. */
export function commentOfEvent(text: string): CommentMeant | Diagnostic | undefined {
  if (text.length > largestEvent) return unreadable(`it is of ${text.length} characters`)
  try {
    return commentOf(JSON.parse(text) as Json)
  } catch {
    return unreadable('it is no JSON')
  }
}

const unreadable = (because: string): Diagnostic =>
  report('event-unreadable', { summary: `the event issue_comment can't be read: ${because}` })
