import { quote, render, type Script } from '../../model/script.ts'

/** How a script becomes root. */
export type Elevation =
  | { readonly kind: 'none' }
  | { readonly kind: 'sudo' }
  | { readonly kind: 'sudo-password'; readonly password: string }

/** What is put on the host's command line, and what is sent to the command's standard input. */
interface Framed {
  readonly command: string
  readonly input: Uint8Array
}

/** What the framing of one session needs. The nonce is letters and digits only. */
export interface Framing {
  readonly root: string
  readonly nonce: string
  readonly elevation: Elevation
  /** Marks exit status 255 on standard error, for transports that give it a meaning of their own. */
  readonly markExit255?: boolean
}

/** Stands behind the nonce where the script itself ended with 255. */
export const exit255 = 'x255'

/**
 * The command line carries no part of the script: only how many bytes to read and the nonce. It is read by the login
 * shell of the account, whatever that is (sh, bash, zsh, fish, csh), so it has no backslash, no `!`, no line break and no
 * quote within quotes. The script is run only where all of it arrived, up to the nonce at its end: a connection that
 * breaks half-way must not run half a command. The nonce on both streams says where the script's own output begins.
 */
export function frame(script: Script, framing: Framing): Framed {
  const { nonce, elevation } = framing
  const text = Buffer.from(`${prologue(framing.root)}${render(script)}\n#${nonce}`)
  const run = framing.markExit255
    ? `(eval "$plumb") </dev/null; c=$?; [ $c -ne 255 ] || printf %s ${nonce}${exit255} >&2; exit $c`
    : 'eval "$plumb" </dev/null'
  const body = `plumb=$(head -c ${text.length}); case $plumb in *${nonce}) printf %s ${nonce}; printf %s ${nonce} >&2; ${run};; *) exit 126;; esac`
  if (elevation.kind === 'none') return { command: `exec /bin/sh -c '${body}'`, input: text }
  if (elevation.kind === 'sudo') return { command: `exec sudo -n -- /bin/sh -c '${body}'`, input: text }
  // Whether sudo asks for the password or not (a rule without one, a ticket): lines up to the nonce are not the script's.
  const skip = `while IFS= read -r l; do [ "$l" = ${nonce} ] && break; done`
  return {
    command: `exec sudo -S -p '' -- /bin/sh -c '${skip}; ${body}'`,
    input: Buffer.concat([Buffer.from(`${elevation.password}\n${nonce}\n`), text]),
  }
}

/** The same surroundings on every host. The host's own PATH stays in front: a simulated host puts its tools there. */
function prologue(root: string): string {
  return `R=${quote(root)} LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"; export R LC_ALL PATH; unset CDPATH; umask 022; cd /\n`
}
