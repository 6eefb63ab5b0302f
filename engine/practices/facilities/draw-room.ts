import { nameOf } from '../../model/address.ts'
import type { LoadedDocument } from '../../model/document.ts'
import type { Drawing, Shape } from '../../model/drawing.ts'
import { specOf } from '../../model/practice.ts'

/** Pixels of a metre. */
const metre = 80
const margin = 24

interface Placed {
  readonly position?: { readonly x: number; readonly y: number }
  readonly width?: number
  readonly depth?: number
}

/** What stands in a room, and what is said below its name. */
export interface InRoom {
  readonly document: LoadedDocument
  readonly note: string
}

/**
 * The plan of a room, seen from above, the door's wall at the bottom. Undefined where nobody said how large it is. What has no
 * position is not drawn; the table beside it has it.
 */
export function drawRoom(room: LoadedDocument, inside: readonly InRoom[]): Drawing | undefined {
  const { width, depth } = specOf<Placed>(room)
  if (width === undefined || depth === undefined) return undefined
  const name = nameOf(room.address)
  const placed = inside.flatMap((thing) => {
    const usual = thing.document.document.kind === 'Rack' ? { width: 0.6, depth: 1 } : { width: 0.9, depth: 0.9 }
    const { position, width: wide = usual.width, depth: deep = usual.depth } = specOf<Placed>(thing.document)
    return position === undefined ? [] : [{ ...thing, position, wide, deep }]
  })
  const shapes: Shape[] = [
    { shape: 'text', x: margin, y: margin - 8, text: name, size: 14 },
    {
      shape: 'box',
      x: margin,
      y: margin,
      width: width * metre,
      height: depth * metre,
      tone: 'frame',
      title: `${name}, ${width} by ${depth} m`,
    },
    ...placed.flatMap(({ document, note, position, wide, deep }): readonly Shape[] => {
      const [x, y] = [margin + position.x * metre, margin + (depth - position.y - deep) * metre]
      const outside = position.x + wide > width + 0.001 || position.y + deep > depth + 0.001
      const label = nameOf(document.address)
      const middle = x + (wide * metre) / 2
      const within = wide * metre - 4
      return [
        {
          shape: 'box',
          ...{ x, y, width: wide * metre, height: deep * metre },
          tone: outside ? 'warning' : document.document.kind === 'Rack' ? 'thing' : 'space',
          title: `${label}: ${note}`,
        },
        { shape: 'text', x: middle, y: y + 16, text: label, size: 9, anchor: 'middle', within },
        { shape: 'text', x: middle, y: y + 30, text: note, size: 8, anchor: 'middle', within },
      ]
    }),
  ]
  return {
    name: `room-${name}`,
    title: `Plan of room ${name}: ${placed.length} drawn, ${width} by ${depth} m`,
    width: width * metre + 2 * margin,
    height: depth * metre + 2 * margin,
    shapes,
  }
}
