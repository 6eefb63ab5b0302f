/** A stretch of time, in milliseconds since 1970: `from` belongs to it, `until` does not. */
export interface Span {
  readonly from: number
  readonly until: number
}

export const holds = (span: Span, at: number): boolean => span.from <= at && at < span.until

export const overlap = (a: Span, b: Span): boolean => a.from < b.until && b.from < a.until

/** The same stretches, sorted, without overlaps; those that meet become one. */
export function union(spans: readonly Span[]): readonly Span[] {
  const merged: { from: number; until: number }[] = []
  for (const { from, until } of [...spans].sort((a, b) => a.from - b.from)) {
    if (from >= until) continue
    const last = merged.at(-1)
    if (last !== undefined && from <= last.until) last.until = Math.max(last.until, until)
    else merged.push({ from, until })
  }
  return merged
}

/** What belongs to both. */
export function intersection(a: readonly Span[], b: readonly Span[]): readonly Span[] {
  const [left, right] = [union(a), union(b)]
  const both: Span[] = []
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    const [x, y] = [left[i], right[j]]
    if (x === undefined || y === undefined) break
    const span = { from: Math.max(x.from, y.from), until: Math.min(x.until, y.until) }
    if (span.from < span.until) both.push(span)
    if (x.until < y.until) i += 1
    else j += 1
  }
  return both
}

/** What belongs to the first and not to the second. */
export function difference(a: readonly Span[], b: readonly Span[]): readonly Span[] {
  const rest: Span[] = []
  const holes = union(b)
  for (const span of union(a)) {
    let { from } = span
    for (const hole of holes) {
      if (hole.until <= from) continue
      if (hole.from >= span.until) break
      if (hole.from > from) rest.push({ from, until: hole.from })
      from = hole.until
    }
    if (from < span.until) rest.push({ from, until: span.until })
  }
  return rest
}
