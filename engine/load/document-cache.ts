import type { RawDocument } from './parse-file.ts'

/**
 * Keeps what clean files hold by the id of their content, so that a file that did not change is not parsed again.
 * Files with findings are never kept: they are parsed again until they are mended.
 */
export interface DocumentCache {
  get(blob: string): readonly RawDocument[] | undefined
  set(blob: string, documents: readonly RawDocument[]): void
}
