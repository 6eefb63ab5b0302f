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
 * Looks at all files of a host with one `stat` and one `sha256sum`; only content that differs costs processes of its
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
  return read`(
${functions}
printf 'root %s\n' "$R"
command -v stat >/dev/null || echo missing stat
command -v sha256sum >/dev/null || echo missing sha256sum
${find}
${lookAtAll}
${sums}
echo end
)
`
}

/** The same without contents, for folders. */
export function statProbe(paths: readonly string[]): Script {
  return read`(
${functions}
printf 'root %s\n' "$R"
command -v stat >/dev/null || echo missing stat
set -- ${words(paths.map(hostPath))}
${lookAtAll}
)
`
}

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
}
show() {
  case $2 in *[!0-9a-f]*) return ;; esac
  echo "sum $1 $2"
  eval "w=\\\${w$1-$2}"
  [ "$2" = "$w" ] || [ -L "$3" ] ||
    printf 'text %s %s\n' "$1" "$(head -c ${excerptBytes + 1} < "$3" | base64 | tr -d '\\n')"
}
`

const lookAtAll = read`i=0 any=
for p do
  if [ -e "$p" ] || [ -L "$p" ]; then
    ! odd "$p" || any=1
  elif searchable "$p"; then echo "absent $i"
  else echo "denied $i"
  fi
  i=$((i+1))
done
stat -c 'stat %f %u %g %U %G %n' -- "$@" 2>/dev/null
if [ -n "$R" ]; then
  awk -F: '{ print "uid", $3, $1 }' "$R/etc/passwd" 2>/dev/null
  awk -F: '{ print "gid", $3, $1 }' "$R/etc/group" 2>/dev/null
fi`

// Lines of sha256sum name their files: one that could not be read has none, and is skipped.
const sums = read`i=0
if [ -z "$any" ]; then
  sha256sum -- "$@" 2>/dev/null | while IFS= read -r line; do
    name=\${line#*  }
    while [ $# -gt 0 ] && [ "$1" != "$name" ]; do
      shift
      i=$((i+1))
    done
    [ $# -gt 0 ] || break
    show "$i" "\${line%% *}" "$1"
    shift
    i=$((i+1))
  done
else
  for p do
    if [ -f "$p" ] && got=$(sha256sum 2>/dev/null < "$p"); then show "$i" "\${got%% *}" "$p"; fi
    i=$((i+1))
  done
fi`
