import { hostPath, join, read, type Script } from '../model/script.ts'
import { words } from './shell.ts'

/** A file or folder to look at. */
export interface Look {
  readonly path: string
  /** Digest that makes the content uninteresting; `-` where it is never to be read out. */
  readonly wanted: string
}

/** How much of a file is read out to show what differs. */
export const excerptBytes = 65536

/**
 * Looks at all files of a host with one `stat` and one `sha256sum`; only content that differs costs a process of its
 * own. Prints, with files counted from 0: `root PREFIX`, `missing TOOL`, `absent I`, `denied I`,
 * `stat HEXMODE UID GID USER GROUP PATH`, `sum I HEX`, `text I BASE64`, and below a prefix `uid N NAME` and `gid N NAME`; at last `end`.
 * What is neither file nor folder is never opened (a pipe would hang), and a link's target is never read out.
 */
export function fileProbe(looks: readonly Look[]): Script {
  return probeFiles(read`${join(looks.flatMap((l, i) => (l.wanted === '-' ? [] : [read`w${i}=${l.wanted}`])))}
set -- ${words(looks.map((l) => hostPath(l.path)))}`)
}

/** The same for files that a script finds on the host: it leaves their paths in `$@`, and in `wI` what `Look.wanted` says. */
export function probeFiles(find: Script): Script {
  return read`${functions}
${contents}
command -v stat >/dev/null || echo missing stat
command -v sha256sum >/dev/null || echo missing sha256sum
${find}
${whatIsThere}
if [ -n "$any" ]; then
  printf '%s' "$out"
  stat -c 'stat %f %u %g %U %G %n' -- "$@" 2>/dev/null
  one_by_one "$@"
else
  set -f
  IFS=$nl
  all=$(stat -c '%s stat %f %u %g %U %G %n' -- "$@" 2>/dev/null)
  sizes "$@"
  printf '%s' "$out"
  all=$(sha256sum -- "$@" 2>/dev/null) out=
  sums "$@"
  printf '%s' "$out"
fi
# Others may look for more in this shell: names match again, and words end at blanks.
set +f
unset IFS
${names}
echo end
`
}

/** The same without contents, for folders. */
export function statProbe(paths: readonly string[]): Script {
  return read`${functions}
command -v stat >/dev/null || echo missing stat
set -- ${words(paths.map(hostPath))}
${whatIsThere}
printf '%s' "$out"
stat -c 'stat %f %u %g %U %G %n' -- "$@" 2>/dev/null
${names}
`
}

/** A variable that grew with each of many files would be copied for each of them. */
const keepShort = read`case $i in *99) printf '%s' "$out"; out= ;; esac`

// A process costs a host more than all that is done here without one, and so does each small piece that is printed alone.
const functions = read`nl='
'
searchable() {
  s=\${1%/*}
  while [ -n "$s" ] && [ ! -d "$s" ]; do s=\${s%/*}; done
  [ -x "\${s:-/}" ]
}
odd() {
  case $1 in *\\\\* | *"$nl"*) return 0 ;; esac
  [ -e "$1" ] && [ ! -f "$1" ] && [ ! -d "$1" ]
}`

const contents = read`sizes() {
  i=0
  for l in $all; do
    while [ $# -gt 0 ] && [ "$1" != "/\${l#* /}" ]; do
      shift
      i=$((i+1))
    done
    [ $# -gt 0 ] || break
    eval "z$i=\${l%% *}"
    out="$out\${l#* }$nl"
    ${keepShort}
    shift
    i=$((i+1))
  done
}
sums() {
  i=0
  for l in $all; do
    while [ $# -gt 0 ] && [ "$1" != "\${l#*  }" ]; do
      shift
      i=$((i+1))
    done
    [ $# -gt 0 ] || break
    show "$i" "\${l%% *}" "$1"
    ${keepShort}
    shift
    i=$((i+1))
  done
}
one_by_one() {
  i=0
  for p do
    out=
    if [ -f "$p" ] && got=$(sha256sum 2>/dev/null < "$p"); then show "$i" "\${got%% *}" "$p"; fi
    printf '%s' "$out"
    i=$((i+1))
  done
}
show() {
  case $2 in *[!0-9a-f]*) return ;; esac
  out="\${out}sum $1 $2$nl"
  eval "w=\\\${w$1-$2} z=\\\${z$1-0}"
  if [ "$2" = "$w" ] || [ -L "$3" ] || [ "$z" -gt ${excerptBytes} ]; then return; fi
  text "$1" "$3" "$z"
}
text() {
  n=$1
  # What says that it is empty may be none the less: the kernel's own files do.
  if [ "$3" -gt 0 ]; then set -f; IFS=$nl; set -- $(base64 < "$2")
  else set -f; IFS=$nl; set -- $(head -c ${excerptBytes + 1} < "$2" | base64)
  fi
  IFS=
  printf '%stext %s %s\n' "$out" "$n" "$*"
  IFS=$nl out=
}`

/** Leaves in `out` what can be said without a tool; `any` is set where a name or a thing is such that each needs a look of its own. */
const whatIsThere = read`i=0 any= out="root $R$nl"
for p do
  if [ -e "$p" ] || [ -L "$p" ]; then
    ! odd "$p" || any=1
  elif searchable "$p"; then out="\${out}absent $i$nl"
  else out="\${out}denied $i$nl"
  fi
  ${keepShort}
  i=$((i+1))
done`

const names = read`if [ -n "$R" ]; then
  awk -F: '{ print "uid", $3, $1 }' "$R/etc/passwd" 2>/dev/null
  awk -F: '{ print "gid", $3, $1 }' "$R/etc/group" 2>/dev/null
fi`
