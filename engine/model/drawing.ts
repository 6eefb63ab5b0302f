/**
 * A picture as data: whoever makes it knows nothing of a format, and what stands in it is escaped by whoever writes it.
 * Lengths are in units of the drawing; y grows downwards.
 */
export interface Drawing {
  /** Stem of a file name. */
  readonly name: string
  /** Said to those who can't see it. */
  readonly title: string
  readonly width: number
  readonly height: number
  readonly shapes: readonly Shape[]
}

/**
 * - `frame`: what holds other things; `thing`: equipment; `space`: what is free
 * - `warning`: what is not as it should be, told in words, too
 */
export type Tone = 'frame' | 'thing' | 'space' | 'warning'

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
  | { readonly shape: 'line'; readonly from: readonly [number, number]; readonly to: readonly [number, number] }
