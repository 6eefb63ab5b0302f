export type TimezoneSpec = { readonly zone: string }

export type TimezoneState = {
  /** What /etc/localtime leads to. */
  readonly zone: string
  /** What /etc/timezone says; null where the host has no such file, and needs none. */
  readonly file: string | null
}

export const zoneForm = /^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+)*$/
