import type { Drawing, GraphDrawing, GraphEdge, GraphGroup, GraphNode, Point, Shape } from '../model/drawing.ts'
import { escapeControls } from '../model/escape.ts'
import { tooLarge } from './graph-size.ts'
import { textWidth } from './text-width.ts'

/** Sizes of fonts and boxes, in units of the drawing. */
const font = { label: 12, note: 10, edge: 9, group: 11 } as const
const widest = { node: 220, edge: 150, group: 400 } as const
const padding = 8
const margin = 16
/** Points of an inch, in which Graphviz has sizes of nodes. */
const inch = 72
/** From so many edges on, its search for the best places is cut short: what it finds is good enough, and always found. */
const searchedWhole = 120
/** From so many on, lines are straight: ways around all the others can't always be found. */
const straight = 400

/** What Graphviz says of where things are; lengths in points, y downwards. */
interface Laid {
  readonly bb: string
  readonly objects?: readonly { readonly name: string; readonly pos?: string; readonly bb?: string }[]
  readonly edges?: readonly ({ readonly id: string } & LaidEdge)[]
}

interface LaidEdge {
  readonly pos?: string
  readonly lp?: string
}

/**
 * Works out where the nodes of a graph stand, by Graphviz. It is given sizes and numbers only: no text of a document gets there, so
 * none can mean anything to it. The same graph is laid out the same way every time.
 */
export async function layoutGraph(graph: GraphDrawing): Promise<Drawing> {
  const large = tooLarge(graph)
  if (large !== undefined) throw new Error(`${graph.name}: ${large}`)
  const done = (await openGraphviz()).render(graphvizInput(graph), { format: 'json', yInvert: true })
  if (done.status !== 'success') throw new Error(`${graph.name}: ${done.errors.map((e) => e.message).join('; ')}`)
  return drawingOf(graph, JSON.parse(done.output) as Laid)
}

/**
 * A Graphviz of its own for each graph, so that none has anything from the one before. What it prints about lines that it can't lay
 * around others is not for those who look at the picture: such lines are drawn straight.
 */
async function openGraphviz() {
  const { instance } = await import('@viz-js/viz')
  const print = console.error
  // It takes hold of this function at once, before anybody else could need it.
  console.error = () => undefined
  try {
    return instance()
  } finally {
    console.error = print
  }
}

function graphvizInput({ nodes, edges, groups = [], direction }: GraphDrawing) {
  const number = numbersOf(nodes)
  const group = numbersOf(groups)
  for (const end of edges.flatMap(({ from, to }) => [from, to]))
    if (!number.has(end)) throw new Error(`an edge ends at ${end}, which is no node`)
  const placed = (n: GraphNode) => {
    const { width, height } = sizeOf(n)
    return { name: `n${number.get(n.id)}`, attributes: { width: width / inch, height: height / inch } }
  }
  const inside = (within: string | undefined): object => {
    const here = nodes.filter((n) => n.group === within)
    return {
      nodes: here.map(placed),
      subgraphs: [
        { graphAttributes: { rank: 'same' }, nodes: here.filter((n) => n.abreast === true).map(placed) },
        ...groups
          .filter((g) => g.within === within)
          .map((g) => ({
            name: `cluster_${group.get(g.id)}`,
            graphAttributes: { label: room(groupWidth(g), font.group * 1.3), labeljust: 'l', margin: 12 },
            ...inside(g.id),
          })),
      ],
    }
  }
  return {
    directed: true,
    graphAttributes: {
      rankdir: direction === 'down' ? 'TB' : 'LR',
      ranksep: 0.6,
      nodesep: 0.16,
      ...(edges.length > searchedWhole && { nslimit: 1, nslimit1: 1, mclimit: 0.1 }),
      ...(edges.length > straight && { splines: 'line' }),
    },
    nodeAttributes: { shape: 'box', fixedsize: true, label: '' },
    edgeAttributes: { arrowsize: 0.6 },
    ...inside(undefined),
    edges: edges.map((e, i) => ({
      tail: `n${number.get(e.from)}`,
      head: `n${number.get(e.to)}`,
      attributes: {
        id: `e${i}`,
        ...(e.plain === true && { dir: 'none' }),
        ...(e.label !== undefined && { label: room(edgeWidth(e.label), font.edge * 1.3) }),
      },
    })),
  }
}

/** An empty table keeps a place for a text that we write ourselves. */
const room = (width: number, height: number) => ({
  html: `<table border="0" cellborder="0" cellspacing="0" cellpadding="0" fixedsize="true" width="${Math.ceil(width)}" height="${Math.ceil(height)}"><tr><td></td></tr></table>`,
})

const numbersOf = (all: readonly { readonly id: string }[]): ReadonlyMap<string, number> =>
  new Map(all.map(({ id }, i) => [id, i]))

function sizeOf({ label, note }: GraphNode): { readonly width: number; readonly height: number } {
  const words = Math.max(textWidth(line(label)) * font.label, textWidth(line(note ?? '')) * font.note)
  return {
    width: Math.ceil(Math.min(widest.node, Math.max(48, words + 2 * padding))),
    height: note === undefined ? 26 : 38,
  }
}

const edgeWidth = (label: string): number => Math.min(widest.edge, textWidth(line(label)) * font.edge + 6)
const groupWidth = ({ label }: GraphGroup): number => Math.min(widest.group, textWidth(line(label)) * font.group + 6)

function drawingOf(graph: GraphDrawing, laid: Laid): Drawing {
  const { nodes, edges, groups = [], name, title, meaning } = graph
  const [left = 0, bottom = 0, right = 0, top = 0] = numbersIn(laid.bb)
  const [x0, y0] = [Math.min(left, right) - margin, Math.min(top, bottom) - margin]
  const at = ([x = 0, y = 0]: readonly number[]): Point => [rounded(x - x0), rounded(y - y0)]
  const places = new Map((laid.objects ?? []).map((o) => [o.name, o]))
  const lines = new Map((laid.edges ?? []).map((e) => [e.id, e]))
  const number = numbersOf(nodes)
  const ends = (id: string): Point => at(numbersIn(places.get(`n${number.get(id)}`)?.pos ?? ''))
  return {
    ...{ name, title, description: `${meaning} ${nodes.length} nodes, ${edges.length} connections.` },
    width: Math.ceil(Math.abs(right - left) + 2 * margin),
    height: Math.ceil(Math.abs(top - bottom) + 2 * margin),
    shapes: [
      ...groups.flatMap((g, i) => groupShapes(g, places.get(`cluster_${i}`)?.bb, at)),
      ...edges.flatMap((e, i) => edgeShapes(e, lines.get(`e${i}`) ?? {}, at, ends)),
      ...nodes.flatMap((n, i) => nodeShapes(n, at(numbersIn(places.get(`n${i}`)?.pos ?? '')))),
    ],
  }
}

type At = (pair: readonly number[]) => Point

/** A group that holds nothing has no place. */
function groupShapes({ label }: GraphGroup, bounds: string | undefined, at: At): readonly Shape[] {
  if (bounds === undefined) return []
  const [a = 0, b = 0, c = 0, d = 0] = numbersIn(bounds)
  const [x, y] = at([Math.min(a, c), Math.min(b, d)])
  const [width, height] = [rounded(Math.abs(c - a)), rounded(Math.abs(d - b))]
  return [
    { shape: 'box', x, y, width, height, tone: 'frame', title: label },
    { shape: 'text', x: x + 8, y: y + font.group + 5, text: line(label), size: font.group, within: width - 12 },
  ]
}

function nodeShapes(node: GraphNode, [x, y]: Point): readonly Shape[] {
  const { label, note, tone = 'thing', title, heavy, link } = node
  const { width, height } = sizeOf(node)
  const text = (words: string, size: number, down: number): Shape => ({
    ...{ shape: 'text', x, y: rounded(y + down), text: line(words), size, anchor: 'middle' },
    within: width - 2 * padding + 1,
  })
  return [
    {
      ...{ shape: 'box', x: rounded(x - width / 2), y: rounded(y - height / 2), width, height, tone },
      title: title ?? (note === undefined ? label : `${label}: ${note}`),
      ...(heavy === true && { heavy }),
      ...(link !== undefined && { link }),
    },
    ...(note === undefined ? [text(label, font.label, 4)] : [text(label, font.label, -3), text(note, font.note, 11)]),
  ]
}

/** What has no way around the others is drawn straight, below the nodes. */
function edgeShapes(edge: GraphEdge, { pos, lp }: LaidEdge, at: At, placeOf: (id: string) => Point): readonly Shape[] {
  const { from, to, label, tone, dashed } = edge
  const pieces = pos?.split(' ') ?? []
  const tip = pieces.find((p) => p.startsWith('e,'))?.slice(2)
  const [start, end] = [placeOf(from), placeOf(to)]
  const points =
    pos === undefined ? [start, start, end, end] : pieces.filter((p) => !/^[es],/.test(p)).map((p) => at(numbersIn(p)))
  return [
    {
      ...{ shape: 'curve', points, title: label === undefined ? `${from} – ${to}` : `${from} – ${label} – ${to}` },
      ...(tip !== undefined && { tip: at(numbersIn(tip)) }),
      ...(tone !== undefined && { tone }),
      ...(dashed === true && { dashed }),
    },
    ...(label === undefined || lp === undefined ? [] : [edgeText(label, at(numbersIn(lp)))]),
  ]
}

const edgeText = (label: string, [x, y]: Point): Shape => ({
  ...{ shape: 'text', x, y: rounded(y + font.edge / 3), text: line(label), size: font.edge, anchor: 'middle' },
  within: edgeWidth(label),
})

/** A text as it is measured and written: in one line. */
const line = (text: string): string => escapeControls(text).replaceAll(/\s+/g, ' ')

const numbersIn = (text: string): readonly number[] => text.split(',').map(Number)
const rounded = (n: number): number => Math.round(n * 100) / 100
