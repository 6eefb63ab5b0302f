import { alikeTo, type Likeness } from '../../incidents/similar.ts'
import type { RecordIndex } from '../../ports/record-index.ts'

/** A problem of which it is known why it happens, and what helps until it is gone. */
export interface KnownError {
  readonly id: string
  readonly title: string
  readonly workaround: string
  /** Why it may be this one, in words. */
  readonly because: readonly string[]
}

const most = 500

/** Known errors that a description of something that is wrong may be about, the likeliest first. */
export async function knownErrorsFor(
  index: RecordIndex,
  text: string,
  service?: string,
): Promise<readonly KnownError[]> {
  const found = await index.find({ types: ['problem'], states: ['known-error'], order: 'newest', limit: most })
  const known = new Map(found.map((f) => [f.record.id, f]))
  const asked: Likeness = { id: '', text, causes: [], ...(service !== undefined && { service }) }
  const others = found.map(({ record, service: of }): Likeness => {
    // By its title: what people wrote at length of causes and cures are other words than those of whoever is hit.
    return { id: record.id, text: record.title, causes: [], ...(of !== undefined && { service: of }) }
  })
  return alikeTo(asked, others).flatMap(({ id, because }) => {
    const record = known.get(id)?.record
    const workaround = record?.fields['workaround']
    return record === undefined || typeof workaround !== 'string'
      ? []
      : [{ id, title: record.title, workaround, because }]
  })
}
