import { reporter } from '../../model/diagnostic.ts'
import type { ReviewSource } from '../../ports/forge.ts'
import { RepositoryError } from '../../ports/repository.ts'
import { codes } from './codes.ts'
import { readFacts } from './read-facts.ts'

const report = reporter(codes)

/** A forge as a file that CI wrote tells of it: works with any forge, without a login. `name` is for messages. */
export function openFileForge(text: string, name: string): ReviewSource {
  const facts = readFacts(text)
  if (typeof facts === 'string') {
    const { code, summary, hint } = report('forge-facts', { summary: `${name}: ${facts}` })
    throw new RepositoryError(code, summary, hint ?? '')
  }
  const requests = [...facts].sort((a, b) => a.number - b.number)
  return { requests: async (commit) => requests.filter((r) => r.head === commit || r.merged === commit) }
}
