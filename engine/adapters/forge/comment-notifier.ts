import { createHash } from 'node:crypto'
import { escapeControls } from '../../model/escape.ts'
import type { Forge } from '../../ports/forge.ts'
import type { Notice, Notifier } from '../../ports/notifier.ts'
import { RepositoryError } from '../../ports/repository.ts'

/** Messages as comments on pull requests and issues: one comment for each, however often it is sent. */
export function commentNotifier(forge: Forge): Notifier {
  return {
    async deliver(to, notice) {
      const number = Number(to)
      if (!Number.isSafeInteger(number) || number < 1) return { ok: false, because: 'it is no number', again: false }
      try {
        await forge.keepComment(number, markerOf(notice), bodyOf(notice))
        return { ok: true }
      } catch (error) {
        if (!(error instanceof RepositoryError)) throw error
        return { ok: false, because: error.message, again: true }
      }
    },
    close: async () => undefined,
  }
}

/** By its digest: what an id holds must not end the comment. */
const markerOf = ({ id }: Notice): string =>
  `<!-- plumbline notice ${createHash('sha256').update(id).digest('hex').slice(0, 32)} -->`

/** As text that nothing can be made of: neither a mention, nor an image, nor a link, nor a mark by which a comment is found. */
function bodyOf({ subject, text }: Notice): string {
  const lines = escapeControls(`${subject}\n\n${text}`).slice(0, 60_000).replaceAll('<!--', '<! --')
  const longest = Math.max(2, ...[...lines.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${lines}\n${fence}`
}
