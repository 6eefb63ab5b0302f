import type { JsonObject } from '../../model/document.ts'

/** What a document says of a file, and (after the line) what the compiler and a rollback add. */
export type FileSpec = {
  readonly path: string
  readonly content?: string
  readonly template?: string
  readonly source?: string
  readonly variables?: JsonObject
  readonly mode?: string
  readonly owner?: string
  readonly group?: string
  readonly ensure?: 'present' | 'absent'
  readonly validate?: string
  readonly sensitive?: boolean
  // ---
  /** Content that is no text. */
  readonly base64?: string
  /** Digest of the wanted content. */
  readonly sha256?: string
  /** Digest of content that the host kept. */
  readonly preimage?: string
}

export type FileState = {
  readonly sha256: string
  /** Four octal digits. */
  readonly mode: string
  readonly owner: string
  readonly group: string
}

/** Digest the content shall have. */
export const contentDigest = (spec: FileSpec): string | undefined => spec.preimage ?? spec.sha256
