export type CertificateSpec = {
  readonly path: string
  readonly keyPath?: string
  readonly certificate?: string
  readonly chain?: string
  readonly key?: string
  readonly mode?: string
  readonly owner?: string
  readonly group?: string
  readonly keyMode?: string
  readonly keyOwner?: string
  readonly keyGroup?: string
  /** `30d`. */
  readonly warnBefore?: string
  readonly observeOnly?: boolean
  readonly ensure?: 'present' | 'absent'
  // ---
  /** Added by a rollback: digest of the certificate of a pair that the host kept. */
  readonly kept?: string
}

/** Of the key only what can be seen from outside, and whether it belongs to the certificate. */
export type CertificateState = {
  /** Digest of the certificate file; null where there is only a key. */
  readonly sha256: string | null
  /** When it ends, ISO 8601; null where the file is no certificate. */
  readonly notAfter: string | null
  /** null: nobody asked about a key. */
  readonly keyMatches: boolean | null
  readonly mode: string | null
  readonly owner: string | null
  readonly group: string | null
  readonly keyMode: string | null
  readonly keyOwner: string | null
  readonly keyGroup: string | null
}

/** `/etc/ssl/site.pem` has its key at `/etc/ssl/site.key`. */
export const defaultKeyPath = (path: string): string => `${path.replace(/\.(pem|crt|cer|cert)$/, '')}.key`

export const keyPathOf = (spec: CertificateSpec): string => spec.keyPath ?? defaultKeyPath(spec.path)

/** The name says where both files are, since a removal knows nothing else. Paths hold no spaces. */
export function nameOf(spec: CertificateSpec): string {
  const key = keyPathOf(spec)
  return spec.observeOnly === true || key === defaultKeyPath(spec.path) ? spec.path : `${spec.path} ${key}`
}

export function pathsOfName(name: string): { readonly path: string; readonly keyPath: string } {
  const space = name.indexOf(' ')
  return space < 0
    ? { path: name, keyPath: defaultKeyPath(name) }
    : { path: name.slice(0, space), keyPath: name.slice(space + 1) }
}

/** The whole file: the certificate, and those that lead to the root after it. */
export const fileText = (spec: CertificateSpec): string =>
  [spec.certificate ?? '', spec.chain ?? '']
    .flatMap((text) => (text.trim() === '' ? [] : [`${text.trim()}\n`]))
    .join('')
