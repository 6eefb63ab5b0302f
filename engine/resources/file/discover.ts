import type { Discovered, ProbeOutput, ResourceType } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { decodeBase64, textOf } from '../base64.ts'
import { readFileProbe } from '../file-output.ts'
import { excerptBytes, probeFiles } from '../file-probe.ts'
import { splitFirst, taggedLines } from '../observed.ts'
import type { FileSpec } from './spec.ts'

/** Below /etc: what systems and packages make for themselves, or what other types know better. */
const generated = [
  // Accounts; their types know them, and nobody reads hashes out.
  ...['passwd', 'group', 'shadow', 'gshadow', 'subuid', 'subgid'].flatMap((name) => [name, `${name}-`]),
  ...['.pwd.lock', 'security/opasswd'],
  // Identity of this one machine.
  ...['machine-id', 'hostname', 'adjtime', 'timezone', 'mtab', 'resolv.conf', 'ssh/ssh_host_*'],
  // Made by tools of packages from something else.
  ...[
    'ld.so.cache',
    'shells',
    'environment',
    'ca-certificates.conf',
    'ssl/certs/*',
    'alternatives/*',
    'rc?.d/*',
    '.updated',
  ],
  ...[
    'pam.d/common-*',
    'init.d/.depend.*',
    'apparmor.d/cache*',
    'console-setup/cached_*',
    'blkid.tab*',
    '*.db',
    '*.cache',
  ],
  // What updates and editors leave beside a file.
  ...['*.dpkg-*', '*.ucf-*', '*.rpmnew', '*.rpmsave', '*~', '*.sw?', '.git/*'],
]

/** Patterns of the shell, ours, so that they stand there unquoted. */
const patterns: Script = {
  readOnly: true,
  parts: [{ text: generated.map((g) => `/etc/${g}`).join('|'), secret: false }],
}

/**
 * Finds configuration files that were changed since their package brought them, files below /etc that no package brought, and
 * crontabs of accounts. What
 * holds a private key, or is closed to others and speaks of passwords, is named and never read out: `secret WORD PATH`. Of the
 * others `path I PATH` and what `fileProbe` prints. Links are not followed.
 */
const probe = probeFiles(read`skip() {
  case $1 in ${patterns}) return 0 ;; esac
  return 1
}
says_nothing() { ! grep -qav -e '^[[:space:]]*$' -e '^[[:space:]]*#' "$1"; }
as_brought() {
  for b in "$R"/usr/share/*/"\${1##*/}"; do
    if cmp -s "$R$1" "$b"; then return 0; fi
  done
  return 1
}
set --
i=0
if [ -f "$R/var/lib/dpkg/status" ] && [ -r "$R/var/lib/dpkg/status" ] && command -v md5sum >/dev/null && command -v find >/dev/null; then
changed=$(awk '
  /^Status: / { here = $4 == "installed" || $4 ~ /^(trigger|half-conf)/ }
  /^[^ ]/ { inside = 0 }
  /^Conffiles:/ { inside = here }
  inside && $1 ~ /^[/]/ && $2 ~ /^[0-9a-f]+$/ && $3 == "" { print $2 "  ." $1 }' "$R/var/lib/dpkg/status" |
  ( cd "$R/" && LC_ALL=C md5sum -c --quiet 2>/dev/null ) | sed -n 's/^\\.\\(.*\\): FAILED$/\\1/p')
added=$(find "$R/etc" "$R/var/spool/cron/crontabs" -xdev -type f ! -name '*
*' 2>/dev/null | while IFS= read -r p; do printf '%s\n' "\${p#"$R"}"; done | sort |
  { cat "$R"/var/lib/dpkg/info/*.list 2>/dev/null; echo =; awk 'NF == 2 { print "~" $1, $2 }' "$R/var/lib/ucf/hashfile" 2>/dev/null; cat; } |
  awk '!found && $0 == "=" { found = 1; next } !found { own[$0] = 1; next } /^~/ { print; next } !($0 in own)')
ucf=$(printf '%s\n' "$added" | sed -n 's/^~//p')
while IFS= read -r p; do
  new=
  case $p in +*) new=1 p=\${p#+} ;; esac
  [ -n "$p" ] && [ -f "$R$p" ] && [ ! -L "$R$p" ] || continue
  ! skip "$p" || continue
  [ "$i" -lt 500 ] || { echo more; break; }
  sum=$(md5sum < "$R$p" 2>/dev/null)
  case $ucf in *"\${sum%% *} $p"*) continue ;; esac
  if [ -n "$new" ] && { says_nothing "$R$p" || as_brought "$p"; }; then continue; fi
  if [ "$p" = /etc/hosts ] && ! grep -qvE '^[[:space:]]*(#|$|127\\.0\\.[01]\\.1[[:space:]]|::1[[:space:]]|f[ef]0[0-9]::)' "$R$p"; then continue; fi
  if grep -qa -e 'PRIVATE KEY-----' -e 'AGE-SECRET-KEY-' "$R$p"; then printf 'secret key %s\n' "$p"; continue; fi
  case $(ls -ld -- "$R$p") in
    ???????r*) ;;
    *) if printf '%s\n' "$p" | cat - "$R$p" | sed 's/NOPASSWD//g' | grep -qaiE 'passw|secret|token|credential|api_?key|psk'; then
      printf 'secret words %s\n' "$p"
      continue
    fi ;;
  esac
  set -- "$@" "$R$p"
  printf 'path %s %s\n' "$i" "$p"
  eval "w$i=none"
  i=$((i+1))
done <<FOUND
$changed
$(printf '%s\n' "$added" | sed '/^~/d; s/^/+/')
FOUND
fi
[ $# -gt 0 ] || set -- /dev/null`)

/** Files that somebody changed or made. */
export const discover: NonNullable<ResourceType<FileSpec>['discover']> = { probe, parse }

const secrets: Readonly<Record<string, string>> = {
  key: 'it holds a private key: keep that as a secret',
  words: 'others may not read it, and it speaks of passwords or tokens: keep those as secrets',
}

function parse(output: ProbeOutput): readonly Discovered<FileSpec>[] {
  // Half a host must not pass for the whole.
  if (!output.stdout.endsWith('\nend\n')) return []
  const lines = taggedLines(output.stdout)
  const paths: string[] = []
  const bodies = new Map<number, string>()
  const found: Discovered<FileSpec>[] = []
  for (const { tag, rest } of lines) {
    const [first, second] = splitFirst(rest)
    if (tag === 'path') paths[Number(first)] = second
    else if (tag === 'text') bodies.set(Number(first), second)
    else if (tag === 'secret')
      found.push({ leftOut: second, because: secrets[first] ?? 'it is secret', claims: [second] })
    else if (tag === 'more') found.push({ leftOut: 'further files below /etc', because: 'there are more than 500' })
  }
  const whole = paths.filter((path) => path !== undefined)
  if (whole.length !== paths.length) return []
  for (const [i, seen] of readFileProbe(paths, output, 'a file').entries()) {
    const path = paths[i] ?? ''
    if (seen.status !== 'present') found.push({ leftOut: path, because: 'it could not be read' })
    else found.push(describe(path, seen.state, bodies.get(i)))
  }
  return found
}

function describe(
  path: string,
  { mode, owner, group }: { readonly mode: string; readonly owner: string; readonly group: string },
  body: string | undefined,
): Discovered<FileSpec> {
  const bytes = body === undefined ? undefined : decodeBase64(body)
  if (bytes === undefined) return { leftOut: path, because: 'it could not be read' }
  if (bytes.length > excerptBytes)
    return { leftOut: path, because: `it is larger than ${excerptBytes} bytes: put it into the estate as a source` }
  if (![owner, group].every((name) => /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(name)))
    return { leftOut: path, because: 'it belongs to somebody without a name' }
  const text = textOf(bytes)
  return {
    spec: {
      path,
      ...(text === undefined ? { base64: body } : { content: text }),
      ...(mode !== '0644' && { mode }),
      ...(owner !== 'root' && { owner }),
      ...(group !== 'root' && { group }),
    } as FileSpec,
  }
}
