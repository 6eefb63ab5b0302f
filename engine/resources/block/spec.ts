export type BlockSpec = {
  readonly path: string
  readonly name: string
  readonly content?: string
  readonly template?: string
  readonly source?: string
  readonly variables?: { readonly [name: string]: string | number | boolean }
  readonly comment?: Comment
  readonly position?: 'end' | 'beginning'
  readonly after?: string
  readonly before?: string
  readonly create?: boolean
  readonly validate?: string
  readonly ensure?: 'present' | 'absent'
  // ---
  readonly sha256?: string
  readonly base64?: string
  /** Digest of a text that the host kept. */
  readonly preimage?: string
}

export const comments = ['#', '//', ';', '--', '%', '!', '"'] as const
export type Comment = (typeof comments)[number]

/** Where a text does not end in a line's end, the host has one all the same, and the digest is that of the text without. */
export type BlockState = { readonly sha256: string; readonly comment: string }

/** `/etc/hosts:databases`. A path has no colon. */
export const identify = ({ path, name }: BlockSpec): string => `${path}:${name}`

/** The other way round. */
export function named(id: string): Pick<BlockSpec, 'path' | 'name'> {
  const colon = id.indexOf(':')
  return { path: id.slice(0, colon), name: id.slice(colon + 1) }
}

export const contentDigest = (spec: BlockSpec): string | undefined => spec.preimage ?? spec.sha256
