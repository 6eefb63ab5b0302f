import type { Observation, ProbeOutput } from '../../model/resource.ts'
import { hostPath, join, read, type Script } from '../../model/script.ts'
import { absent, missingTool, noPermission, splitFirst, taggedLines, unknown, unparsable } from '../observed.ts'
import { filesOf, persisted, type SysctlFile } from './files.ts'
import { fileOf, kernelPath, plainValue, type SysctlSpec, type SysctlState } from './spec.ts'

/**
 * awk reads a value at once, as the kernel wants it; the shell's own read would take one byte. Prints `live yes|no`, then for each key, counted from 0, `value I TEXT`, `none I` or `closed I`, and the files that name one.
 */
export function probe(specs: readonly SysctlSpec[]): Script {
  return read`(
${listFiles}
look() {
  if [ ! -e "$2" ]; then echo "none $1"
  elif [ ! -f "$2" ] || [ ! -r "$2" ]; then echo "closed $1"
  else printf 'value %s\n%s\n' "$1" "$2"
  fi
}
{
${join(specs.map((spec, i) => read`look ${i} ${hostPath(kernelPath(spec.key))}`))}
} | awk '
$1 != "value" { print; next }
{ i = $2; v = ""; getline p; getline v < p; close(p); print "value", i, v }' 2>/dev/null
N=${specs.map((spec) => bare(spec.key)).join('\n')} awk '
BEGIN { n = split(ENVIRON["N"], names, "\\n"); for (i = 1; i <= n; i++) wanted[names[i]] }
${numbers}
${skip}
{ k = $0; sub(/=.*/, "", k); gsub(/[ \\t.\\/]|^[ \\t]*-/, "", k) }
k in wanted { print "line", number[FILENAME], $0 }
END { print "end" }' "$@" 2>/dev/null
)
`
}

/** The letters of a key, however it is separated. */
const bare = (key: string): string => key.replaceAll(/[ \t./]/g, '')

/**
 * Prints `missing TOOL`, `live yes|no`, `file I NAME PATH` for what is read when the host starts (counted from 1) and `denied PATH`, and leaves
 * the files as arguments. Without systemd, /etc/sysctl.conf is read last; with it, where 99-sysctl.conf leads there.
 */
export const listFiles: Script = read`command -v awk >/dev/null || echo missing awk
if [ -d "$R/proc/sys" ] && { [ -z "$R" ] || ! [ "$R/proc/sys" -ef /proc/sys ]; }; then echo live yes; else echo live no; fi
set --
main=$R/etc/sysctl.conf
if [ -e "$R/usr/lib/systemd/systemd-sysctl" ] || [ -e "$R/lib/systemd/systemd-sysctl" ]; then main=; fi
keep() {
  if [ -f "$1" ] && [ ! -r "$1" ]; then echo "denied $3"; return 1; fi
  echo "file $i $2 $3"
}
i=1
for d in /etc /run /usr/local/lib /usr/lib /lib; do
  [ ! -d "$R$d/sysctl.d" ] || { [ -r "$R$d/sysctl.d" ] && [ -x "$R$d/sysctl.d" ]; } || echo "denied $d/sysctl.d"
  for f in "$R$d"/sysctl.d/*.conf; do
    [ -e "$f" ] || [ -L "$f" ] || continue
    n=\${f##*/}
    case $n in *[!A-Za-z0-9_.@%+:-]*) continue ;; esac
    p=$d/sysctl.d/$n
    if [ "$f" -ef "$R/etc/sysctl.conf" ]; then main= p=/etc/sysctl.conf; fi
    keep "$f" "$n" "$p" || continue
    if [ -f "$f" ]; then set -- "$@" "$f"; else set -- "$@" /dev/null; fi
    i=$((i+1))
  done
done
if [ -n "$main" ] && [ -f "$main" ] && keep "$main" '~' /etc/sysctl.conf; then set -- "$@" "$main"; fi
[ $# -gt 0 ] || set -- /dev/null`

/** Two parts of an awk program: numbers files as they were listed, and leaves out comments and lines that nobody writes. */
export const numbers: Script = read`BEGIN { for (i = 1; i < ARGC; i++) number[ARGV[i]] = i }`
export const skip: Script = read`/^[ \\t]*([#;]|$)/ { next }
length($0) > 4000 { print "long", number[FILENAME]; next }`

interface Found {
  readonly live: boolean | undefined
  readonly files: readonly SysctlFile[]
  readonly values: ReadonlyMap<string, string>
  readonly none: ReadonlySet<string>
  readonly closed: ReadonlySet<string>
  readonly denied: string | undefined
  readonly missing: boolean
  readonly whole: boolean
}

export function parse(specs: readonly SysctlSpec[], output: ProbeOutput): readonly Observation<SysctlState>[] {
  const lines = taggedLines(output.stdout)
  const of = (tag: string) => lines.filter((l) => l.tag === tag).map((l) => l.rest)
  const found: Found = {
    live: { yes: true, no: false }[of('live')[0] ?? ''],
    files: filesOf(lines),
    values: new Map(of('value').map((rest) => splitFirst(rest))),
    none: new Set(of('none')),
    closed: new Set(of('closed')),
    denied: of('denied')[0],
    missing: of('missing').includes('awk'),
    whole: of('end').length === 1,
  }
  return specs.map((spec, i) => observe(spec, String(i), found))
}

function observe(spec: SysctlSpec, i: string, found: Found): Observation<SysctlState> {
  if (found.missing) return missingTool('awk')
  if (found.denied !== undefined) return noPermission(found.denied)
  if (!found.whole || found.live === undefined) return unparsable(`the key ${spec.key}`)
  const kept = persisted(found.files, spec.key)
  // What somebody else keeps is not ours to remove.
  if (kept === undefined || (spec.ensure === 'absent' && !hasOwn(found.files, spec.key))) return absent
  const state = { persisted: kept.value, file: kept.file.path }
  if (!found.live) return { status: 'present', state: { live: null, ...state } }
  if (found.closed.has(i)) return unknown('no-permission', `${spec.key} can't be read, or is no single value`)
  const value = found.none.has(i) ? '' : found.values.get(i)
  return value === undefined
    ? unparsable(`the key ${spec.key}`)
    : { status: 'present', state: { live: plainValue(value), ...state } }
}

const hasOwn = (files: readonly SysctlFile[], key: string): boolean => files.some((f) => f.path === fileOf(key))
