import type { Observation, ProbeOutput } from '../../model/resource.ts'
import { hostPath, read, type Script } from '../../model/script.ts'
import { absent, missingTool, noPermission, splitFirst, taggedLines, unknown, unparsable } from '../observed.ts'
import { words } from '../shell.ts'
import type { SymlinkSpec, SymlinkState } from './spec.ts'

/**
 * Looks at links and never through them. Prints, counted from 0, `absent I`, `denied I`, `other I WHAT`, `odd I`, or
 * `link I UID USER` and `to I TARGET`; below a prefix `uid N NAME` as well; at last `end`.
 */
export function probe(specs: readonly SymlinkSpec[]): Script {
  return read`(
nl='
'
searchable() {
  s=\${1%/*}
  while [ -n "$s" ] && [ ! -d "$s" ]; do s=\${s%/*}; done
  [ -x "\${s:-/}" ]
}
for t in stat readlink; do command -v "$t" >/dev/null || echo "missing $t"; done
[ -z "$R" ] || echo below a prefix
set -- ${words(specs.map((spec) => hostPath(spec.path)))}
i=0
for p do
  if [ -L "$p" ]; then
    t=$(readlink -- "$p" 2>/dev/null && echo .)
    t=\${t%"$nl".}
    case $t in
      *"$nl"*) echo "odd $i" ;;
      *)
        stat -c "link $i %u %U" -- "$p" 2>/dev/null
        printf 'to %s %s\n' "$i" "$t" ;;
    esac
  elif [ -d "$p" ]; then echo "other $i a folder"
  elif [ -e "$p" ]; then echo "other $i a file"
  elif searchable "$p"; then echo "absent $i"
  else echo "denied $i"
  fi
  i=$((i+1))
done
[ -z "$R" ] || awk -F: '{ print "uid", $3, $1 }' "$R/etc/passwd" 2>/dev/null
echo end
)
`
}

export function parse(specs: readonly SymlinkSpec[], output: ProbeOutput): readonly Observation<SymlinkState>[] {
  const lines = taggedLines(output.stdout)
  const of = (tag: string) => lines.flatMap((l) => (l.tag === tag ? [l.rest] : []))
  const pairs = (tag: string) => new Map(of(tag).map(splitFirst))
  const found = {
    lines: new Set(lines.map((l) => `${l.tag} ${l.rest}`)),
    links: pairs('link'),
    targets: pairs('to'),
    others: pairs('other'),
    missing: of('missing')[0],
    whole: of('end').length > 0,
    // Below a prefix, names are those of the target's own files.
    names: of('below').length > 0 ? new Map(of('uid').map(splitFirst).reverse()) : undefined,
  }
  return specs.map((spec, at): Observation<SymlinkState> => {
    const i = String(at)
    if (found.missing !== undefined) return missingTool(found.missing)
    if (!found.whole) return unparsable(spec.path)
    if (found.lines.has(`absent ${i}`)) return absent
    if (found.lines.has(`denied ${i}`)) return noPermission(spec.path)
    if (found.lines.has(`odd ${i}`)) return unknown('unsupported', `${spec.path} leads to a name with a line break`)
    const other = found.others.get(i)
    if (other !== undefined) return unknown('unsupported', `${spec.path} is ${other}, not a symbolic link`)
    const target = found.targets.get(i)
    const [uid, user] = splitFirst(found.links.get(i) ?? '')
    if (target === undefined || target === '' || !/^\d+$/.test(uid) || user === '') return unparsable(spec.path)
    const owner = found.names !== undefined ? (found.names.get(uid) ?? uid) : user === 'UNKNOWN' ? uid : user
    return { status: 'present', state: { target, owner } }
  })
}
