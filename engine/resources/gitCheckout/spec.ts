export type CheckoutSpec = {
  readonly path: string
  readonly url?: string
  readonly commit?: string
  readonly tag?: string
  readonly branch?: string
  readonly user?: string
  readonly ensure?: 'present' | 'absent'
}

export type CheckoutState = {
  /** What HEAD is, in hex. */
  readonly commit: string
  /** Where its remote `origin` is; null where it has none in a form that a document may name. */
  readonly url: string | null
  /** Account that the folder belongs to. */
  readonly user: string
  /** True where there is something that is not committed. */
  readonly dirty: boolean
}

const forms = [
  /^https:\/\/[A-Za-z0-9.:[\]-]+\/\S*$/,
  /^ssh:\/\/(?:[A-Za-z0-9._-]+@)?[A-Za-z0-9[][A-Za-z0-9.:[\]-]*\/\S+$/,
  /^[A-Za-z0-9._][A-Za-z0-9._-]*@[A-Za-z0-9][A-Za-z0-9.-]*:[^\s-]\S*$/,
  /^file:\/\/\/\S+$/,
  /^\/\S+$/,
]

/** Protocols that run nothing of the other side's choosing, and no password. */
export const isRemote = (url: string): boolean => !/[\p{Cc}\\]/u.test(url) && forms.some((form) => form.test(url))

/** The path of a repository on the host itself. */
export const localPath = (url: string): string | undefined =>
  url.startsWith('/') ? url : url.startsWith('file:///') ? url.slice('file://'.length) : undefined
