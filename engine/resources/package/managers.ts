import { apk } from './apk.ts'
import { apt } from './apt.ts'
import { dnf } from './dnf.ts'
import type { PackageManager } from './package-manager.ts'

/** In the order in which they are looked for. A Debian host may have rpm as a tool, so that apt comes first. */
export const managers: readonly PackageManager[] = [apt, dnf, apk]
