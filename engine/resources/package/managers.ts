import { read, type Script } from '../../model/script.ts'
import { apt } from './apt.ts'
import type { PackageManager } from './package-manager.ts'

/** In the order in which they are looked for. */
export const managers: readonly PackageManager[] = [apt]

/** Others that are recognised, so that a host of theirs is unknown and not without packages. */
export const unsupported: readonly { readonly name: string; readonly detect: Script }[] = [
  { name: 'dnf', detect: read`[ -d "$R/var/lib/rpm" ] || [ -d "$R/usr/lib/sysimage/rpm" ]` },
  { name: 'apk', detect: read`[ -e "$R/lib/apk/db/installed" ]` },
]
