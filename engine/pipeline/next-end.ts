import type { EstateAt } from './estate-at.ts'

const hour = 3_600_000

/** When the next access ends by itself, in milliseconds since 1970: what is wanted of hosts is another thing then. */
export function nextEnd({ graph, starts }: Pick<EstateAt, 'graph' | 'starts'>, now: number): number {
  const said = (kind: string, field: string): number[] =>
    graph.ofKind(kind).map((d) => Date.parse(String(d.document.spec[field] ?? '')))
  const lasting = graph.ofKind('AccessGrant').map(({ address, document }) => {
    const start = starts.get(address)
    return start === undefined ? Number.NaN : start + Number(document.spec['hours']) * hour
  })
  const keys = ['Person', 'ServiceAccount'].flatMap((kind) =>
    graph
      .ofKind(kind)
      .flatMap(({ document: { spec } }) =>
        (Array.isArray(spec['sshKeys']) ? (spec['sshKeys'] as { validUntil?: unknown }[]) : []).map((key) =>
          Date.parse(String(key?.validUntil ?? '')),
        ),
      ),
  )
  const ends = [...said('AccessGrant', 'expires'), ...said('ServiceAccount', 'expires'), ...lasting, ...keys]
  return ends.reduce((next, end) => (end > now && end < next ? end : next), Number.POSITIVE_INFINITY)
}
