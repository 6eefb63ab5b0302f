import { type Address, kindOf } from '../model/address.ts'
import { append } from './append.ts'
import type { GraphView, ViewEdge } from './graph-view.ts'

/** A tree as deep as this is followed; deeper, it is only named. */
const maxDepth = 200

/** Lines of a tree from each root down; what was shown before is only named again. `up` follows the edges backwards. */
export function renderTree(view: GraphView, up = false): string {
  const children = new Map<Address, { readonly address: Address; readonly label: string }[]>()
  for (const { from, to, label } of view.edges) {
    const [parent, address] = up ? [to, from] : [from, to]
    append(children, parent, { address, label })
  }
  const lines: string[] = []
  const opened = new Set<Address>()
  const draw = (address: Address, prefix: string, depth: number): void => {
    opened.add(address)
    const below = children.get(address) ?? []
    below.forEach((child, i) => {
      const last = i === below.length - 1
      const again = (opened.has(child.address) || depth === maxDepth) && children.has(child.address)
      lines.push(`${prefix}${last ? '└─ ' : '├─ '}${child.address}  ${short(child.label)}${again ? ' …' : ''}`)
      if (!again) draw(child.address, `${prefix}${last ? '   ' : '│  '}`, depth + 1)
    })
  }
  // What is left after the roots stands in loops that nothing leads to.
  for (const root of [...view.roots, ...view.nodes]) {
    if (opened.has(root)) continue
    lines.push(root)
    draw(root, '', 0)
  }
  return `${lines.join('\n')}\n`
}

/** Graphviz. Names are quoted; nothing of a document can end a string. */
export function renderDot(view: GraphView): string {
  const quote = (text: string): string => JSON.stringify(text)
  return `${[
    'digraph estate {',
    '  rankdir=LR',
    '  node [shape=box, fontname="sans-serif"]',
    ...view.nodes.map((node) => `  ${quote(node)}`),
    ...view.edges.map(({ from, to, label }) => `  ${quote(from)} -> ${quote(to)} [label=${quote(short(label))}]`),
    '}',
  ].join('\n')}\n`
}

/** A Mermaid flowchart, as forges draw it in Markdown. */
export function renderMermaid(view: GraphView): string {
  const ids = new Map(view.nodes.map((node, i) => [node, `n${i}`]))
  const text = (value: string): string => value.replace(/[^A-Za-z0-9 ./_-]/g, (c) => `#${c.codePointAt(0)};`)
  return `${[
    'flowchart LR',
    ...view.nodes.map((node) => `  ${ids.get(node)}["${text(node)}"]`),
    ...view.edges.map(({ from, to, label }) => `  ${ids.get(from)} -->|${text(short(label))}| ${ids.get(to)}`),
  ].join('\n')}\n`
}

/** For programs: nodes and edges. */
export function graphJson(view: GraphView): {
  readonly nodes: readonly { readonly address: Address; readonly kind: string }[]
  readonly edges: readonly ViewEdge[]
} {
  return { nodes: view.nodes.map((address) => ({ address, kind: kindOf(address) })), edges: view.edges }
}

const short = (label: string): string => label.replace(/^spec\./, '')
