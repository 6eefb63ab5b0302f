export type KeySpec = {
  readonly user: string
  /** `ssh-ed25519 AAAA…`; `ssh-ed25519 *TAIL` for a removal that knows no more than the end of the key. */
  readonly key: string
  readonly options?: readonly string[]
  readonly comment?: string
  /** ISO 8601, UTC, whole seconds. */
  readonly expires?: string
  readonly ensure?: 'present' | 'absent'
}

export type KeyState = {
  readonly key: string
  readonly options: readonly string[]
  readonly comment: string
  /** null: it does not end. */
  readonly expires: string | null
}

const tailLength = 24

/** Type and base64 of a key, without its comment. */
export function bareKey(key: string): string {
  const [type = '', blob = ''] = key.trim().split(/\s+/)
  return `${type} ${blob}`
}

/** `deploy/ssh-ed25519/TAIL`: the end of a key is enough to tell it from others, and short enough to print. */
export function nameOfKey(user: string, key: string): string {
  const [type = '', blob = ''] = bareKey(key).split(' ')
  return `${user}/${type}/${tailOf(blob)}`
}

export const tailOf = (blob: string): string => blob.replace(/=+$/, '').replace(/^\*/, '').slice(-tailLength)

/** User and the key as far as the name tells it. */
export function keyOfName(name: string): { readonly user: string; readonly key: string } {
  const [user = '', type = '', ...tail] = name.split('/')
  return { user, key: `${type} *${tail.join('/')}` }
}

/** Whether a line's key is the one meant. */
export function isSameKey(key: string, wanted: string): boolean {
  const [type = '', blob = ''] = key.split(' ')
  const [wantedType = '', wantedBlob = ''] = wanted.split(' ')
  if (type !== wantedType) return false
  return wantedBlob.startsWith('*') ? tailOf(blob) === tailOf(wantedBlob) : blob === wantedBlob
}
