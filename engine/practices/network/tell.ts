import type { LoadedDocument } from '../../model/document.ts'
import type { codes } from './codes.ts'

/** Tells what is wrong with a document; `path` is below its `spec`. */
export type Tell = (
  code: keyof typeof codes,
  document: LoadedDocument,
  path: readonly (string | number)[],
  summary: string,
) => void
