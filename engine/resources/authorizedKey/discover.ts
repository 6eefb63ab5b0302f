import type { Discovered, ProbeOutput } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { leftOut } from '../left-out.ts'
import { splitFirst, taggedLines } from '../observed.ts'
import { people } from '../people.ts'
import { keyLine, parseKeyLine } from './key-line.ts'
import { bareKey, type KeySpec } from './spec.ts'

/** Prints `user LOGIN PATH`, `line TEXT` for each line of the file, and `whole`, where it could be read to its end. */
const probe: Script = read`(
p=$(${people})
N="root
$p" awk -F: '
BEGIN { n = split(ENVIRON["N"], names, "\\n"); for (i = 1; i <= n; i++) wanted[names[i]] }
$1 in wanted && !seen[$1]++ { print $1 ":" $6 }' "$R/etc/passwd" 2>/dev/null | while IFS=: read -r u h; do
  f=\${h%/}/.ssh/authorized_keys
  [ ! -L "$R\${h%/}/.ssh" ] && [ ! -L "$R$f" ] && [ -f "$R$f" ] && [ -r "$R$f" ] || continue
  printf 'user %s %s\n' "$u" "$f"
  head -c 1000000 < "$R$f" | awk 'NR > 2000 { print "line ?"; exit } { print "line", $0 } END { print "whole" }'
done
)
`

/** The form that documents take. */
const plainKey =
  /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)|ssh-rsa|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com) [A-Za-z0-9+/=]+$/

/** Keys of root and of people. A line that would not be written as it is is named and left. */
function parse(output: ProbeOutput): readonly Discovered<KeySpec>[] {
  const files: { user: string; path: string; lines: string[]; whole: boolean }[] = []
  for (const { tag, rest } of taggedLines(output.stdout)) {
    const file = files.at(-1)
    if (tag === 'user') {
      const [user, path] = splitFirst(rest)
      files.push({ user, path, lines: [], whole: false })
    } else if (tag === 'line') file?.lines.push(rest)
    else if (tag === 'whole' && file !== undefined) file.whole = true
  }
  return files.filter((f) => f.whole).flatMap(({ user, path, lines }) => keysOf(user, path, lines))
}

function keysOf(user: string, path: string, lines: readonly string[]): readonly Discovered<KeySpec>[] {
  const written = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'))
  const seen = new Set<string>()
  const specs: KeySpec[] = []
  let odd = 0
  for (const line of written) {
    const spec = specOf(user, line)
    if (spec === undefined) odd++
    else if (!seen.has(bareKey(spec.key))) specs.push(spec)
    if (spec !== undefined) seen.add(bareKey(spec.key))
  }
  const claims = odd === 0 ? { claims: [path] } : {}
  return [
    ...specs.map((spec) => ({ spec, ...claims })),
    ...(odd === 0 ? [] : [leftOut(`${odd} of the keys in ${path}`, 'they are in no form that documents take')]),
  ]
}

function specOf(user: string, line: string): KeySpec | undefined {
  const state = parseKeyLine(line)
  if (state === undefined || !plainKey.test(state.key) || /[\p{Cc}\ufffd]/u.test(line)) return undefined
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(user)) return undefined
  const { key, options, comment, expires } = state
  const spec: KeySpec = {
    user,
    key,
    ...(options.length > 0 && { options }),
    ...(comment !== '' && { comment }),
    ...(expires !== null && { expires }),
  }
  // What sshd would read otherwise than we do must not be written at all.
  const again = parseKeyLine(keyLine(spec))
  return again?.key === key && again.options.join() === options.join() && again.comment === comment ? spec : undefined
}

export const discover = { probe, parse }
