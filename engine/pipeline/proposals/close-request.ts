import type { RequestPage } from '../../model/pull-request.ts'
import type { Forge } from '../../ports/forge.ts'

const marker = '<!-- plumbline:closed -->'

/** Closes a pull request that we opened, and says why; false where it is somebody else's. */
export async function closeRequest(forge: Forge, { number, author }: RequestPage, because: string): Promise<boolean> {
  const self = await forge.self()
  const ours = self.id === undefined || author.id === undefined ? self.login === author.login : self.id === author.id
  if (!ours) return false
  await forge.keepComment(number, marker, `${marker}\nClosed by Plumbline: ${because}.\n`)
  await forge.closeRequest(number)
  return true
}
