import type { Discovered, ProbeOutput } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { leftOut } from '../left-out.ts'
import { splitFirst, taggedLines } from '../observed.ts'
import { shippedFiles, unchangedFiles } from '../shipped-files.ts'
import { filesOf, persisted } from './files.ts'
import { listFiles, numbers, skip } from './probe.ts'
import { plainKey, plainValue, type SysctlSpec } from './spec.ts'

/** All files with their lines, `live KEY VALUE` for the keys they name, and which of them are as a package brought them. */
const probe: Script = read`(
${listFiles}
${shippedFiles('/etc/sysctl')}
P=$R awk '
${numbers}
${skip}
{
  print "line", number[FILENAME], $0
  k = $0
  sub(/^[ \\t]*-?[ \\t]*/, "", k); sub(/[ \\t]*=.*/, "", k)
  if (k !~ /^[A-Za-z0-9_-]+([.\\/][A-Za-z0-9_:@-]+)+$/ || k in done) next
  done[k]
  p = k
  if (p ~ /^[^.\\/]*\\./) { gsub(/\\//, "%", p); gsub(/\\./, "/", p); gsub(/%/, ".", p) }
  p = ENVIRON["P"] "/proc/sys/" p
  if ((getline v < p) > 0) print "kernel", k, v
  close(p)
}
END { print "end" }' "$@" 2>/dev/null
)
`

/** Keys that a hand-made file sets, where the kernel agrees. Files with anything else in them are left to be taken as files. */
function parse(output: ProbeOutput): readonly Discovered<SysctlSpec>[] {
  const lines = taggedLines(output.stdout)
  if (!lines.some((l) => l.tag === 'end')) return []
  const files = filesOf(lines)
  const unchanged = unchangedFiles(lines)
  const kernel = lines.flatMap((l) => (l.tag === 'kernel' ? [splitFirst(l.rest)] : []))
  const live = new Map(kernel.map(([key, value]) => [plainKey(key), value]))
  const own = files.filter((f) => f.path.startsWith('/etc/') && f.plain && !unchanged.has(f.path))
  const keys = new Set(own.flatMap((f) => f.settings.map((s) => s.key)))
  return [...keys].sort().flatMap((key): Discovered<SysctlSpec>[] => {
    const kept = persisted(files, key)
    if (kept === undefined || !own.includes(kept.file)) return []
    const claims = own.filter((f) => f.settings.some((s) => s.key === key)).map((f) => f.path)
    const value = plainValue(live.get(key) ?? '')
    const agree = value === kept.value && value !== '' && !/\p{Cc}/u.test(value)
    if (agree) return [{ spec: { key, value }, claims }]
    return [leftOut(`sysctl:${key}`, `${kept.file.path} says ${kept.value}, the kernel ${value || 'nothing'}`)]
  })
}

export const discover = { probe, parse }
