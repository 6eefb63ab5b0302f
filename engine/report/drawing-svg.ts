import { html, raw } from 'hono/html'
import type { Drawing, Picture, Point, Shape, Tone } from '../model/drawing.ts'
import { isGraph } from '../model/drawing.ts'
import { escapeControls } from '../model/escape.ts'
import { layoutGraph } from './layout-graph.ts'
import { fitText } from './text-width.ts'

interface Look {
  readonly fill: string
  readonly line: string
}

/** Fill and line of what is drawn; names carry the meaning, colours help. */
const light: Readonly<Record<Tone, Look>> = {
  frame: { fill: '#ffffff', line: '#1a1d21' },
  thing: { fill: '#d7e3f4', line: '#2b4a73' },
  space: { fill: '#e4f2ea', line: '#0b5137' },
  caution: { fill: '#fdeecb', line: '#654100' },
  warning: { fill: '#fbe3e5', line: '#8c1420' },
}
const dark: Readonly<Record<Tone, Look>> = {
  frame: { fill: '#15181c', line: '#c9d1d9' },
  thing: { fill: '#1e3350', line: '#9dc1ee' },
  space: { fill: '#123626', line: '#8bd7ae' },
  caution: { fill: '#453206', line: '#f0c765' },
  warning: { fill: '#4f1519', line: '#ff9ea5' },
}
const ink = { light: '#1a1d21', dark: '#e6edf3' }

/** Read by viewers that know about dark screens; the others have the attributes. */
const darkStyle = `@media (prefers-color-scheme: dark) { svg { color: ${ink.dark} } ${Object.entries(dark)
  .map(([tone, { fill, line }]) => `.${tone} { fill: ${fill}; stroke: ${line} } .line-${tone} { color: ${line} }`)
  .join(' ')} }`

/**
 * A picture as SVG 1.1: no script, nothing fetched, every text escaped.
 * @param within a page that has colours of its own; left out where the picture is a file, which follows the screen
 */
export async function drawingSvg(picture: Picture, within?: 'page'): Promise<string> {
  const { width, height, title, description, shapes }: Drawing = isGraph(picture) ? await layoutGraph(picture) : picture
  const style =
    within === 'page'
      ? raw('')
      : html`<style>${raw(darkStyle)}</style>
`
  const told =
    description === undefined
      ? raw('')
      : html`<desc>${plain(description)}</desc>
`
  const text = html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${plain(title)}" color="${ink.light}" font-family="system-ui, 'Liberation Sans', Arial, sans-serif">
<title>${plain(title)}</title>
${told}${style}<rect class="frame" width="${width}" height="${height}" fill="#ffffff" stroke-width="0"/>
${shapes.map(shapeSvg)}
</svg>
`
  return String(await text)
}

type Html = ReturnType<typeof html>

function shapeSvg(shape: Shape): Html {
  switch (shape.shape) {
    case 'line':
      return html`<line x1="${shape.from[0]}" y1="${shape.from[1]}" x2="${shape.to[0]}" y2="${shape.to[1]}" stroke="currentColor"/>
`
    case 'text':
      return html`<text x="${shape.x}" y="${shape.y}" font-size="${shape.size}" text-anchor="${shape.anchor ?? 'start'}" fill="currentColor" pointer-events="none">${fitting(shape)}</text>
`
    case 'curve':
      return curveSvg(shape)
    default:
      return boxSvg(shape)
  }
}

function boxSvg(shape: Extract<Shape, { shape: 'box' }>): Html {
  const { fill, line } = light[shape.tone]
  const dashes = shape.dashed === true ? html` stroke-dasharray="4 3"` : raw('')
  const box = html`<rect class="${shape.tone}" x="${shape.x}" y="${shape.y}" width="${shape.width}" height="${shape.height}" rx="2" fill="${fill}" stroke="${line}" stroke-width="${shape.heavy === true ? 2.5 : 1}"${dashes}>${titleSvg(shape.title)}</rect>
`
  // A web page, or a place within the page: no address that runs anything.
  return shape.link !== undefined && /^(?:https?:\/\/|#)[^\s"'<>]+$/i.test(shape.link)
    ? html`<a href="${plain(shape.link)}">${box}</a>
`
    : box
}

function curveSvg({ points, tip, tone, dashed, title }: Extract<Shape, { shape: 'curve' }>): Html {
  const [start, ...others] = points
  const last = points.at(-1)
  if (start === undefined || last === undefined) return html``
  const color = tone === undefined ? raw('') : html` class="line-${tone}" color="${light[tone].line}"`
  const dashes = dashed === true ? html` stroke-dasharray="5 3"` : raw('')
  const arrow = tip === undefined ? raw('') : html`<path d="M${arrowHead(last, tip)}Z" fill="currentColor"/>`
  return html`<g${color}>${titleSvg(title)}<path d="M${pair(start)}C${others.map(pair).join(' ')}" fill="none" stroke="currentColor"${dashes}/>${arrow}</g>
`
}

/** A triangle from the end of a line to its point. */
function arrowHead([x, y]: Point, [tipX, tipY]: Point): string {
  const [across, along] = [(tipX - x) * 0.4, (tipY - y) * 0.4]
  return [[tipX, tipY] as const, [x - along, y + across] as const, [x + along, y - across] as const].map(pair).join('L')
}

const pair = ([x, y]: Point): string => `${Math.round(x * 100) / 100},${Math.round(y * 100) / 100}`

const titleSvg = (title: string | undefined) => (title === undefined ? raw('') : html`<title>${plain(title)}</title>`)

function fitting({ text, size, within }: Extract<Shape, { shape: 'text' }>): string {
  return within === undefined ? plain(text) : fitText(plain(text), within / size)
}

/** Without letters that turn text around or move a cursor, and without the two that XML has no way to write. */
const plain = (text: string): string => escapeControls(text).replaceAll(/[\ufffe\uffff]/g, '\ufffd')
