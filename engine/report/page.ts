import type { Picture } from '../model/drawing.ts'

export const reportFormats = ['html', 'csv', 'markdown', 'json'] as const
export type ReportFormat = (typeof reportFormats)[number]

/** What a report says, apart from how it looks: made once, written as HTML or Markdown. Texts are plain; escaping is the writer's. */
export interface Page {
  readonly title: string
  readonly subtitle: string
  /** Said first, and so that nobody can miss it; a page that only tells what there is has none. */
  readonly verdict?: { readonly tone: Tone; readonly headline: string; readonly lines: readonly string[] }
  readonly sections: readonly Section[]
  /** Repeated at the foot: what it is of, and from when. */
  readonly foot: string
}

export type Tone = 'good' | 'bad' | 'caution' | 'plain'

export interface Section {
  readonly heading: string
  /** Begins on a new sheet when printed. */
  readonly newSheet?: true
  readonly blocks: readonly Block[]
}

export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [name: string, value: Cell])[] }
  | {
      readonly kind: 'table'
      readonly caption: string
      readonly head: readonly string[]
      readonly rows: readonly (readonly Cell[])[]
      /** Said where there are no rows. */
      readonly empty: string
    }
  | { readonly kind: 'code'; readonly text: string }
  /** Drawn in HTML; told in words elsewhere. */
  | { readonly kind: 'drawing'; readonly drawing: Picture }
  | { readonly kind: 'part'; readonly heading: string; readonly blocks: readonly Block[] }

/** Lines of words. */
export type Cell = string | readonly Span[]

export type Span =
  | string
  | { readonly line: true }
  /** A commit, linked where the report knows how. */
  | { readonly commit: string }
  | { readonly mark: string; readonly tone: Tone }

export const lineBreak: Span = { line: true }

/** One below the other; a dash where there is nothing. */
export function lines(items: readonly (string | Span)[]): Cell {
  return items.length === 0 ? '–' : items.flatMap((item, i): readonly Span[] => (i === 0 ? [item] : [lineBreak, item]))
}

/** A template for addresses of commits; only web pages, so that no link does anything but lead somewhere. */
export const linkTemplate = /^https?:\/\/[^\s{}]+\{commit\}[^\s{}]*$/

export type LinkOf = (commit: string) => string | undefined

export const linksBy =
  (template: string | undefined): LinkOf =>
  (commit) =>
    template !== undefined && linkTemplate.test(template) && /^[0-9a-f]{40,64}$/.test(commit)
      ? template.replaceAll('{commit}', commit)
      : undefined
