import type { GraphDrawing } from '../model/drawing.ts'
import { escapeControls } from '../model/escape.ts'

/** So many connections are what forges still draw. */
const most = 280

/** A Mermaid flowchart, as forges draw it in Markdown; undefined where they would not. */
export function graphMermaid({ nodes, edges, groups = [], direction }: GraphDrawing): string | undefined {
  if (edges.length > most || nodes.length > most) return undefined
  const ids = new Map(nodes.map(({ id }, i) => [id, `n${i}`]))
  const numbers = new Map(groups.map(({ id }, i) => [id, `g${i}`]))
  const inside = (within: string | undefined): readonly string[] => [
    ...nodes
      .filter((n) => n.group === within)
      .map((n) => `${ids.get(n.id)}["${text(n.label)}${n.note === undefined ? '' : `<br>${text(n.note)}`}"]`),
    ...groups
      .filter((g) => g.within === within)
      .flatMap((g) => [`subgraph ${numbers.get(g.id)}["${text(g.label)}"]`, ...inside(g.id), 'end']),
  ]
  const toned = (['caution', 'warning'] as const).flatMap((tone) => {
    const those = nodes.flatMap((n) => (n.tone === tone ? (ids.get(n.id) ?? []) : []))
    return those.length === 0 ? [] : [`class ${those.join(',')} ${tone}`]
  })
  return [
    `flowchart ${direction === 'down' ? 'TD' : 'LR'}`,
    ...inside(undefined),
    ...edges.map(({ from, to, label = '', dashed, plain }) => {
      const line = `${dashed === true ? '-.-' : plain === true ? '---' : '--'}${plain === true ? '' : '>'}`
      return `${ids.get(from)} ${line}${label === '' ? '' : `|"${text(label)}"|`} ${ids.get(to)}`
    }),
    ...(toned.length === 0 ? [] : ['classDef caution fill:#fdeecb,stroke:#654100,color:#1a1d21']),
    ...(toned.length === 0 ? [] : ['classDef warning fill:#fbe3e5,stroke:#8c1420,color:#1a1d21', ...toned]),
  ].join('\n')
}

/** Every letter that could mean something to Mermaid or HTML as its number. */
const text = (value: string): string =>
  escapeControls(value)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[^\p{L}\p{N} .,:/_-]/gu, (c) => `#${c.codePointAt(0)};`)
