import { html, raw } from 'hono/html'
import type { Drawing, Shape, Tone } from '../model/drawing.ts'
import { escapeControls } from '../model/escape.ts'

/** Fill and line of what is drawn; names carry the meaning, colours help. */
const tones: Readonly<Record<Tone, { readonly fill: string; readonly line: string }>> = {
  frame: { fill: '#ffffff', line: '#1a1d21' },
  thing: { fill: '#d7e3f4', line: '#2b4a73' },
  space: { fill: '#e4f2ea', line: '#0b5137' },
  warning: { fill: '#fbe3e5', line: '#8c1420' },
}

/** About so wide is a letter, in sizes of its font. */
const letter = 0.56

/** A drawing as SVG 1.1 on its own: no script, nothing fetched, every text escaped. */
export async function drawingSvg(drawing: Drawing): Promise<string> {
  const { width, height, title, shapes } = drawing
  const text = html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${plain(title)}" font-family="system-ui, 'Liberation Sans', Arial, sans-serif">
<title>${plain(title)}</title>
<rect width="${width}" height="${height}" fill="#ffffff"/>
${shapes.map(shapeSvg)}
</svg>
`
  return String(await text)
}

function shapeSvg(shape: Shape) {
  if (shape.shape === 'line')
    return html`<line x1="${shape.from[0]}" y1="${shape.from[1]}" x2="${shape.to[0]}" y2="${shape.to[1]}" stroke="#1a1d21"/>
`
  if (shape.shape === 'text')
    return html`<text x="${shape.x}" y="${shape.y}" font-size="${shape.size}" text-anchor="${shape.anchor ?? 'start'}" fill="#1a1d21">${fitting(shape)}</text>
`
  const { fill, line } = tones[shape.tone]
  const title = shape.title === undefined ? raw('') : html`<title>${plain(shape.title)}</title>`
  return html`<rect x="${shape.x}" y="${shape.y}" width="${shape.width}" height="${shape.height}" rx="2" fill="${fill}" stroke="${line}">${title}</rect>
`
}

function fitting({ text, size, within }: Extract<Shape, { shape: 'text' }>): string {
  const letters = within === undefined ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(within / (size * letter)))
  const words = plain(text)
  return words.length > letters ? `${words.slice(0, letters - 1)}…` : words
}

const plain = (text: string): string => escapeControls(text)
