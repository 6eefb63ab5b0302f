export type LocaleSpec = {
  readonly lang: string
  readonly generate?: readonly string[]
}

export type LocaleState = {
  /** LANG of the host's file; null where it says none. */
  readonly lang: string | null
  /** What is not commented out in /etc/locale.gen, with character sets; null where the host has no such file. */
  readonly generate: readonly string[] | null
}

/** `de_DE.UTF-8` as /etc/locale.gen writes it: `de_DE.UTF-8 UTF-8`. */
export function entryOf(locale: string): string {
  if (locale.includes(' ')) return locale
  return `${locale} ${/\.([^@]+)/.exec(locale)?.[1] ?? 'UTF-8'}`
}
