import type { Json } from './document.ts'

/** A document as a file holds it, before it is known to be one of ours. */
export interface RawDocument {
  readonly value: Json
  /** Which document of the file, from 0; empty ones count. */
  readonly index: number
  /** Line of its first key, from 1. */
  readonly line: number
}

/**
 * Keeps what clean files hold by the id of their content, so that a file that did not change is not parsed again.
 * Files with findings are never kept: they are parsed again until they are mended.
 */
export interface DocumentCache {
  /** Whether the content is known, so that its bytes need not be read. */
  has(blob: string): boolean
  get(blob: string): readonly RawDocument[] | undefined
  set(blob: string, documents: readonly RawDocument[]): void
}
