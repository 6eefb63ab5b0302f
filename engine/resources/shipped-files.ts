import { read, type Script } from '../model/script.ts'
import { splitFirst } from './observed.ts'

/**
 * What packages brought below a folder. Prints `shipped PATH`, and for configuration files what they were and are:
 * `was PATH MD5`, `is PATH MD5`. Where dpkg does not rule, it prints nothing. Leaves arguments and files as they are.
 */
export function shippedFiles(start: string): Script {
  return read`(
cd -P "\${R:-/}" || exit
START=${start} awk '
FNR == 1 { status = FILENAME == "var/lib/dpkg/status" }
status {
  if (/^Conffiles:/) c = 1
  else if (!/^ /) c = 0
  else if (c && $0 !~ / obsolete$/ && index($1, ENVIRON["START"]) == 1 && $2 ~ /^[0-9a-f]+$/) print "was", $1, $2
  next
}
index($0, ENVIRON["START"]) == 1 { print "shipped", $0 }' var/lib/dpkg/status var/lib/dpkg/info/*.list 2>/dev/null | {
  set --
  while IFS=' ' read -r t p h; do
    echo "$t $p \${h:+$h}"
    if [ "$t" = was ] && [ -f ".$p" ]; then set -- "$@" ".$p"; fi
  done
  [ $# -eq 0 ] || md5sum -- "$@" 2>/dev/null | while read -r h p; do echo "is \${p#.} $h"; done
}
)`
}

/** Files as a package brought them, of the lines that `shippedFiles` printed. */
export function unchangedFiles(lines: readonly { readonly tag: string; readonly rest: string }[]): ReadonlySet<string> {
  const sums = (tag: string) => new Map(lines.flatMap((l) => (l.tag === tag ? [splitFirst(l.rest)] : [])))
  const was = sums('was')
  const is = sums('is')
  const shipped = lines.flatMap((l) => (l.tag === 'shipped' ? [l.rest.trim()] : []))
  return new Set(shipped.filter((path) => was.get(path) === is.get(path)))
}
