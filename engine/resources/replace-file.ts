import { hostPath, join, type Script, type Secret, sh } from '../model/script.ts'
import { concat, step } from './shell.ts'

/** A file as it shall be, whole. */
export interface Replacement {
  /** Sets `$p` to the file's path below `$R`, and `$only` to where its folder must really be, or to nothing. */
  readonly locate: Script
  /** Writes the new content to `$t`. */
  readonly fill: Script
  /** Octal. */
  readonly mode: string | Script
  readonly owner: Script
  readonly group: Script
  /** Keeps access control lists and extended attributes of the file that is replaced. */
  readonly keepsAttributes?: boolean
  /** Looks at `$t` and fails where it may not be put in place. */
  readonly validate?: Script
}

/**
 * Puts a file in place at once: written under another name, owned, checked, flushed to the disk, renamed. A reader sees the
 * old file or the new one; a power cut leaves one of the two. The folder may belong to somebody who would like us to
 * write elsewhere: the work is done inside a folder of our own in it, names are relative to where we stand, and a symbolic link
 * is never followed. The old file is at `../$n` meanwhile.
 */
export function replaceFile(file: Replacement): Script {
  return step(sh`${file.locate}
${enter}
umask 077
w=$(mktemp -d ./.plumbline.XXXXXX) || exit 1
cd -P "$w" || exit 1
clean() { rm -f ./new ./old; cd .. && rmdir "$w" 2>/dev/null; }
case $(pwd -P) in */.plumbline.??????) [ -O . ] ;; *) false ;; esac || fail "somebody moved our folder in $d"
trap clean EXIT
trap 'exit 1' HUP INT TERM
t=./new
${file.fill}
${setOwner(file.owner, file.group, sh`"$t"`)}
${file.keepsAttributes === true ? keepAttributes : sh`:`}
chmod ${file.mode} "$t" || exit 1
${file.validate ?? sh`:`}
sync "$t" || exit 1
mv -fT "$t" "../$n" || exit 1
sync .. 2>/dev/null || :`)
}

/**
 * Gives the new file at `$t` what the old one has beside owner and mode. Where the tools for that are missing, a list that is
 * there would be lost: then nothing is replaced. After the owner is set, which takes capabilities away; before the mode, which
 * is the most that a list may allow.
 */
const keepAttributes = sh`if [ -f "../$n" ]; then
  if cp --help 2>/dev/null | grep -q -e --attributes-only; then
    cp --attributes-only --preserve=xattr -- "../$n" "$t" || fail 'the extended attributes of the file could not be kept'
  fi
  case $(ls -ld -- "../$n") in
    ??????????+*)
      command -v getfacl >/dev/null && command -v setfacl >/dev/null ||
        fail "$p has an access control list, and the host has no getfacl and setfacl to keep it"
      getfacl -cp -- "../$n" | setfacl --set-file=- -- "$t" || fail 'the access control list of the file could not be kept' ;;
  esac
fi`

/** Removes the file at `$p` and nothing else. */
export function removeFile(locate: Script): Script {
  return step(sh`${locate}
${enter}
rm -f "./$n" || exit 1
sync . 2>/dev/null || :`)
}

/** Changes owner and mode of the file or folder at `$p`. */
export function setAttributes(locate: Script, owner: string, group: string, mode: string): Script {
  return step(sh`${locate}
[ ! -L "$p" ] || fail "$p is a symbolic link"
${setMode(owner, group, mode)}`)
}

/**
 * Sets owner and mode of `$p`. A number alone would leave a folder's set-group bit as it is. chmod follows links, and whom the
 * folder belongs to may put one there at any moment: what is changed is what was opened and found to be it.
 */
export function setMode(owner: string, group: string, mode: string): Script {
  return sh`${setOwner(sh`${owner}`, sh`${group}`, sh`"$p"`)}
f=$p
if [ -r "$p" ] && [ -d /proc/self/fd ]; then
  exec 9<"$p" || exit 1
  f=/proc/self/fd/9 d=$(cd -P "\${p%/*}/" && pwd -P) || exit 1
  [ "$(readlink "$f")" = "\${d%/}/\${p##*/}" ] || fail "$p is a symbolic link"
fi
chmod u-s,g-s "$f" && chmod ${mode} "$f" || exit 1`
}

export const at = (path: string): Script => sh`only= p=${hostPath(path)}`

/** Characters of base64 in one piece: a multiple of four, so that each piece is whole bytes. */
const piece = 256 * 1024

/**
 * Bytes travel as base64 on the script's own input, never on a command line that other accounts can read. Large ones come in
 * pieces: a shell keeps each in memory, or on the disk, until it is decoded.
 */
export function fillFrom(base64: string, sensitive: boolean): Script {
  if (base64 === '') return sh`: > "$t" || exit 1`
  const pieces = Array.from({ length: Math.ceil(base64.length / piece) }, (_, i) =>
    base64.slice(i * piece, (i + 1) * piece),
  )
  return join(
    pieces.map((text, i) => {
      const content: string | Secret = sensitive ? { secret: text } : text
      return concat([
        i === 0 ? sh`base64 -d > "$t"` : sh`base64 -d >> "$t"`,
        sh` <<'PLUMBLINE_CONTENT' || exit 1
${content}
PLUMBLINE_CONTENT`,
      ])
    }),
  )
}

/** The bytes that were kept of an earlier file, where they are still those. */
export function fillFromPreimage(sha256: string): Script {
  const kept = hostPath(`/var/lib/plumbline/preimages/${sha256}`)
  return sh`[ -f ${kept} ] || fail ${`the pre-image ${sha256} is not on the host any more`}
got=$(sha256sum < ${kept}) || exit 1
[ "\${got%% *}" = ${sha256} ] || fail ${`the pre-image ${sha256} was changed on the host`}
cat < ${kept} > "$t" || exit 1`
}

/** Stands in the folder of `$p`, which is there, with the file's name in `$n`. */
const enter = sh`d=\${p%/*} n=\${p##*/}
[ -d "\${d:-/}" ] || fail "the folder \${d:-/} is missing"
cd -P "\${d:-/}" || exit 1
[ -z "$only" ] || [ "$PWD" = "$only" ] || fail "$d is not where it was"
[ ! -L "./$n" ] || fail "$p is a symbolic link"
[ ! -e "./$n" ] || [ -f "./$n" ] || fail "$p is not a regular file"`

/** Names mean what the target's own files say, which below a prefix are not those of the running system. */
function setOwner(owner: Script, group: Script, what: Script): Script {
  return concat([
    sh`o=${owner} g=${group}
if [ -n "$R" ]; then
  case $o in *[!0-9]*) o=$(N=$o awk -F: '$1 == ENVIRON["N"] { print $3; exit }' "$R/etc/passwd") ;; esac
  case $g in *[!0-9]*) g=$(N=$g awk -F: '$1 == ENVIRON["N"] { print $3; exit }' "$R/etc/group") ;; esac
  [ -n "$o" ] && [ -n "$g" ] || fail 'the owner or group is not known there'
fi
chown -h "$o:$g" `,
    what,
    sh` || exit 1`,
  ])
}

/** A check that a document asks for: words split at spaces, `%s` being the new file. No shell reads it. */
export function validator(command: string): Script {
  const word = (text: string): Script =>
    concat(
      text
        .split('%s')
        .flatMap((piece, i) => [...(i > 0 ? [sh`"$PWD/new"`] : []), ...(piece === '' ? [] : [sh`${piece}`])]),
    )
  const line = command.split(/ +/).filter((w) => w !== '')
  return sh`${concat(line.flatMap((w, i) => (i === 0 ? [word(w)] : [sh` `, word(w)])))} >&2 || fail 'the check of the new file failed'`
}
