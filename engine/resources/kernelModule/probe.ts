import type { Observation, ProbeOutput } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { absent, missingTool, noPermission, taggedLines, unparsable } from '../observed.ts'
import { filesOf, type ModuleFiles, settingsOf } from './files.ts'
import { loadFile, type ModuleSpec, type ModuleState, probeFile } from './spec.ts'

/** Prints what `listFiles` prints, the lines that name a module, and `loaded NAME` for each of them that is. */
export function probe(specs: readonly ModuleSpec[]): Script {
  return read`(
${listFiles}
N=${specs.map((spec) => spec.name).join('\n')}
export N
if [ "$live" = yes ]; then
  {
    cut -d ' ' -f 1 /proc/modules
    ls /sys/module
    sed 's,.*/,,; s,\\.ko.*,,' "/lib/modules/$(uname -r)/modules.builtin"
  } 2>/dev/null | awk '
${wanted}
{ gsub(/-/, "_") }
$1 in wanted && !seen[$1]++ { print "loaded", $1 }'
fi
awk '
${wanted}
${kept}
{ a = $1; b = $2; gsub(/-/, "_", a); gsub(/-/, "_", b) }
a in wanted || b in wanted { print "line", number[FILENAME], $0 }
END { print "end" }' "$@" 2>/dev/null
)
`
}

const wanted: Script = read`BEGIN { n = split(ENVIRON["N"], names, "\\n"); for (i = 1; i <= n; i++) wanted[names[i]] }`

/** Parts of an awk program: numbers files as they were listed, leaves out comments and lines that nobody writes. */
export const kept: Script = read`BEGIN { for (i = 1; i < ARGC; i++) number[ARGV[i]] = i }
/^[ \\t]*([#;]|$)/ { next }
length($0) > 4000 { print "long", number[FILENAME]; next }`

/**
 * Prints `missing awk`, `live yes|no`, `load I NAME PATH` for files that name modules to load, `probe I NAME PATH` for those that
 * modprobe reads, `denied PATH`, and leaves the files as arguments.
 */
export const listFiles: Script = read`command -v awk >/dev/null || echo missing awk
live=no
[ -n "$R" ] || ! { [ -e /proc/modules ] || [ -d /sys/module ]; } || live=yes
echo "live $live"
set --
i=1 old=$R/etc/modules
keep() {
  if [ -f "$2" ] && [ ! -r "$2" ]; then echo "denied $4"; return 1; fi
  echo "$1 $i $3 $4"
  i=$((i+1))
}
for k in load:modules-load.d probe:modprobe.d; do
  for d in /etc /run /usr/local/lib /usr/lib /lib; do
    s=$d/\${k#*:}
    [ ! -d "$R$s" ] || { [ -r "$R$s" ] && [ -x "$R$s" ]; } || echo "denied $s"
    for f in "$R$s"/*.conf; do
      [ -e "$f" ] || [ -L "$f" ] || continue
      n=\${f##*/} p=$s/\${f##*/}
      case $n in *[!A-Za-z0-9_.@%+:-]*) continue ;; esac
      if [ "$f" -ef "$R/etc/modules" ]; then old= p=/etc/modules; fi
      keep "\${k%%:*}" "$f" "$n" "$p" || continue
      if [ -f "$f" ]; then set -- "$@" "$f"; else set -- "$@" /dev/null; fi
    done
  done
done
if [ -n "$old" ] && [ -f "$old" ] && keep load "$old" modules /etc/modules; then set -- "$@" "$old"; fi
[ $# -gt 0 ] || set -- /dev/null`

export function parse(specs: readonly ModuleSpec[], output: ProbeOutput): readonly Observation<ModuleState>[] {
  const lines = taggedLines(output.stdout)
  const of = (tag: string) => lines.flatMap((l) => (l.tag === tag ? [l.rest] : []))
  const files = filesOf(lines)
  const [live = ''] = of('live')
  const [denied] = of('denied')
  return specs.map((spec): Observation<ModuleState> => {
    if (of('missing').includes('awk')) return missingTool('awk')
    if (denied !== undefined) return noPermission(denied)
    if (of('end').length !== 1 || !/^(yes|no)$/.test(live)) return unparsable(`the module ${spec.name}`)
    const settings = settingsOf(files, spec.name)
    const own = isOwn(files, spec.name)
    const said = settings.boot || settings.blacklist || Object.keys(settings.parameters).length > 0
    // What somebody else keeps is not ours to remove.
    if (spec.ensure === 'absent' ? !own : !said && !own) return absent
    const loaded = live === 'yes' ? of('loaded').includes(spec.name) : null
    return { status: 'present', state: { ...settings, loaded, own } }
  })
}

function isOwn(files: ModuleFiles, name: string): boolean {
  return [...files.load, ...files.probe].some((f) => f.path === loadFile(name) || f.path === probeFile(name))
}
