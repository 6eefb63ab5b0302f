/**
 * A picture as data: whoever makes it knows nothing of a format, and what stands in it is escaped by whoever writes it.
 * Lengths are in units of the drawing; y grows downwards.
 */
export interface Drawing {
  /** Stem of a file name. */
  readonly name: string
  /** Said to those who can't see it. */
  readonly title: string
  /** More of it, said after the title. */
  readonly description?: string
  readonly width: number
  readonly height: number
  readonly shapes: readonly Shape[]
}

/**
 * - `frame`: what holds other things; `thing`: equipment; `space`: what is free, or as it should be
 * - `caution`, `warning`: what is not quite, and not at all as it should be; told in words, too
 */
export type Tone = 'frame' | 'thing' | 'space' | 'caution' | 'warning'

/** `[x, y]` */
export type Point = readonly [number, number]

export type Shape =
  | {
      readonly shape: 'box'
      readonly x: number
      readonly y: number
      readonly width: number
      readonly height: number
      readonly tone: Tone
      /** Shown when it is pointed at. */
      readonly title?: string
      /** Drawn with a thicker line: what the drawing is about. */
      readonly heavy?: true
      readonly dashed?: true
      /** Where pointing at it leads; only what is safe to follow is written. */
      readonly link?: string
    }
  | {
      readonly shape: 'text'
      readonly x: number
      readonly y: number
      readonly text: string
      readonly size: number
      readonly anchor?: 'start' | 'middle' | 'end'
      /** The text is cut to this width. */
      readonly within?: number
    }
  | { readonly shape: 'line'; readonly from: Point; readonly to: Point }
  | {
      readonly shape: 'curve'
      /** Start, then for each piece of a cubic Bézier curve two control points and its end. */
      readonly points: readonly Point[]
      /** Point of the arrow beyond its end. */
      readonly tip?: Point
      readonly tone?: Tone
      readonly dashed?: true
      readonly title?: string
    }

/** Things and what joins them, as data; where they stand is worked out by whoever draws it. */
export interface GraphDrawing {
  /** Stem of a file name. */
  readonly name: string
  readonly title: string
  /** Said below the title to those who can't see it: what the arrows and tones mean. */
  readonly meaning: string
  /** Where arrows lead; `right` where not given. */
  readonly direction?: 'right' | 'down'
  readonly nodes: readonly GraphNode[]
  /** Both ends are nodes. */
  readonly edges: readonly GraphEdge[]
  readonly groups?: readonly GraphGroup[]
}

export interface GraphNode {
  /** No other node or group has it. */
  readonly id: string
  readonly label: string
  /** A smaller line below. */
  readonly note?: string
  /** `thing` where not given. */
  readonly tone?: Tone
  /** All of it, shown when it is pointed at; label and note where not given. */
  readonly title?: string
  readonly heavy?: true
  /** The group it stands in. */
  readonly group?: string
  /** Those of one group that have it stand in one column, or in one row where arrows lead down. */
  readonly abreast?: true
  readonly link?: string
}

export interface GraphEdge {
  readonly from: string
  readonly to: string
  readonly label?: string
  readonly tone?: Tone
  readonly dashed?: true
  /** It leads nowhere: a cable, not a reference. */
  readonly plain?: true
}

/** A frame around nodes and other groups. */
export interface GraphGroup {
  readonly id: string
  readonly label: string
  readonly within?: string
}

/** What a report can show. */
export type Picture = Drawing | GraphDrawing

export const isGraph = (picture: Picture): picture is GraphDrawing => 'nodes' in picture
