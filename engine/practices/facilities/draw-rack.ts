import type { Drawing, Shape } from '../../model/drawing.ts'
import { type Mounted, shortName } from './equipment.ts'

const [unitHeight, bodyWidth, margin, gutter, gap] = [18, 220, 12, 30, 28]

/** The elevation of a rack as EIA-310 counts it, from the bottom: its front, and its rear where something is mounted there alone. */
export function drawRack(name: string, units: number, inside: readonly Mounted[]): Drawing {
  const faces = inside.some((e) => e.faces.length === 1 && e.faces[0] === 'rear')
    ? (['front', 'rear'] as const)
    : (['front'] as const)
  const top = margin + 34
  const height = top + units * unitHeight + margin
  const shapes = faces.flatMap((face, i) => {
    const left = margin + gutter + i * (bodyWidth + gap + gutter)
    return [
      text(left + bodyWidth / 2, margin + 12, i === 0 ? name : '', 14),
      text(left + bodyWidth / 2, top - 6, face, 10),
      box(left, top, bodyWidth, units * unitHeight, 'frame', `${name}, ${face}`),
      ...Array.from({ length: units }, (_, n) =>
        text(left - 6, top + (units - n) * unitHeight - 5, String(n + 1), 10, 'end'),
      ),
      ...inside.filter((e) => e.faces.includes(face)).flatMap((e) => thing(e, units, left, top)),
    ]
  })
  const beside = inside.filter((e) => e.unit === undefined || e.height === 0).length
  const width = margin * 2 + faces.length * (bodyWidth + gutter) + (faces.length - 1) * gap
  const title = `Elevation of rack ${name}: ${inside.length} mounted, in ${units} units${beside === 0 ? '' : `, ${beside} of them beside the units`}`
  return { name: `rack-${name}`, title, width, height, shapes }
}

function thing({ address, unit, height, draw }: Mounted, units: number, left: number, top: number): readonly Shape[] {
  if (unit === undefined || height === 0) return []
  const y = top + (units - (unit + height - 1)) * unitHeight
  const label = shortName(address)
  const tone = unit + height - 1 > units ? 'warning' : 'thing'
  const title = `${label}, unit ${unit}${height > 1 ? `–${unit + height - 1}` : ''}${draw === undefined ? '' : `, ${Math.round(draw)} W`}`
  return [
    box(left + 2, y + 1, bodyWidth - 4, height * unitHeight - 2, tone, title),
    { ...text(left + bodyWidth / 2, y + (height * unitHeight) / 2 + 4, label, 11), within: bodyWidth - 12 },
  ]
}

const box = (
  x: number,
  y: number,
  width: number,
  height: number,
  tone: 'frame' | 'thing' | 'warning',
  title: string,
): Shape => ({
  shape: 'box',
  x,
  y,
  width,
  height,
  tone,
  title,
})

const text = (x: number, y: number, words: string, size: number, anchor: 'middle' | 'end' = 'middle') =>
  ({ shape: 'text', x, y, text: words, size, anchor }) as const
