import type { Change, Step } from '../../model/resource.ts'
import { hostPath, type Script, sh } from '../../model/script.ts'
import { fetchTo } from '../fetch.ts'
import { step } from '../shell.ts'
import { fingerprint } from './fingerprint.ts'
import { type ArchiveSpec, type ArchiveState, type Format, formatOf, noteOf } from './spec.ts'

export function steps({ verb, resource, have }: Change<ArchiveSpec, ArchiveState>): Step {
  const { spec, name: path } = resource
  const back = { reversibility: 'inverse', inverse: step(have === null ? remove(path) : swap(path)) } as const
  if (verb === 'delete') {
    return { summary: `remove ${path} (kept beside it until the next change)`, script: step(putAside(path)), ...back }
  }
  if (spec.kept !== undefined) {
    return {
      summary: `put ${path} back as it was`,
      script: step(sh`${isKept(path, spec.kept)}
${swap(path)}`),
      ...back,
    }
  }
  const { owner = 'root', group = 'root', url = '' } = spec
  return { summary: `unpack ${url} to ${path} (${owner}:${group})`, script: step(unpack(path, spec)), ...back }
}

/** Stands in the folder around; `$n` is the tree's name there, `$note` its note. */
const enter = (path: string): Script => sh`p=${hostPath(path)} note=${hostPath(noteOf(path))}
d=\${p%/*} n=\${p##*/}
[ -d "\${d:-/}" ] || fail "the folder \${d:-/} is missing"
cd -P "\${d:-/}" || exit 1
prev=".$n.plumbline-previous"
[ ! -L "./$n" ] && [ ! -L "./$prev" ] || fail "$p is a symbolic link"
umask 077
mkdir -p "\${note%/*}" || exit 1`

/**
 * The tree that is there goes beside, with its note; an older one there is dropped only now. A power cut between the
 * renames leaves a note without a tree: the next run finds the tree beside and leaves it there.
 */
const putAside = (path: string): Script => sh`${enter(path)}
if [ -e "./$n" ]; then
  [ -f "$note" ] || fail "$p was not unpacked by this engine"
  rm -rf "./$prev" || exit 1
  mv -fT "./$n" "./$prev" || exit 1
  mv -f "$note" "$note.previous" || exit 1
elif [ -f "$note" ] && [ -e "./$prev" ]; then mv -f "$note" "$note.previous" || exit 1
fi
sync . 2>/dev/null || :`

const remove = (path: string): Script => sh`${enter(path)}
[ ! -e "./$n" ] || [ -f "$note" ] || fail "$p was not unpacked by this engine"
rm -rf "./$n" && rm -f "$note" || exit 1`

/** What is there and what is kept beside change places. */
const swap = (path: string): Script => sh`${enter(path)}
[ -d "./$prev" ] && [ -f "$note.previous" ] || fail "what was at $p is not kept any more"
if [ -e "./$n" ]; then
  mv -fT "./$n" "./$prev.now" && mv -f "$note" "$note.now" || exit 1
fi
mv -fT "./$prev" "./$n" && mv -f "$note.previous" "$note" || exit 1
if [ -e "./$prev.now" ]; then
  mv -fT "./$prev.now" "./$prev" && mv -f "$note.now" "$note.previous" || exit 1
fi
sync . 2>/dev/null || :`

const isKept = (
  path: string,
  checksum: string,
): Script => sh`case $(cat ${hostPath(`${noteOf(path)}.previous`)} 2>/dev/null) in
${checksum}\\ *) ;;
*) fail ${`what was unpacked from the archive with ${checksum} is not kept any more`} ;;
esac`

/** Nothing is visible under the path before the archive has the right checksum and what it holds was looked through. */
function unpack(path: string, spec: ArchiveSpec): Script {
  const { owner = 'root', group = 'root', strip = 0, url = '', checksum = '', format } = spec
  return sh`${fingerprint}
(
${enter(path)}
[ ! -e "./$n" ] || [ -f "$note" ] || fail "$p is there and was not unpacked by this engine"
w=$(mktemp -d ./.plumbline.XXXXXX) || exit 1
cd -P "$w" || exit 1
case $(pwd -P) in */.plumbline.??????) [ -O . ] ;; *) false ;; esac || fail "somebody moved our folder in $d"
trap 'cd .. && rm -rf "$w"' EXIT
trap 'exit 1' HUP INT TERM
t=./archive
${fetchTo({ ...spec, url, checksum })}
mkdir ./tree || exit 1
${extract(format ?? formatOf(url))}
rm -f ./archive ./names
tree=./tree
${strip > 0 ? descend(strip) : sh`:`}
${lookThrough}
${own(owner, group)}
mv -f "$tree" "./ready" || exit 1
print=$(fingerprint ./ready) || exit 1
printf '%s %s %s %s %s\n' ${checksum} ${owner} ${group} ${strip} "$print" > "$note.new" || exit 1
sync 2>/dev/null || :
(
${putAside(path)}
) || exit 1
[ ! -e "../$n" ] || fail "$p is in the way"
mv -T "./ready" "../$n" && mv -f "$note.new" "$note" || exit 1
sync .. 2>/dev/null || :
) || exit 1`
}

const tools: Readonly<Record<Format, string>> = {
  tar: 'tar',
  'tar.gz': 'gzip',
  'tar.bz2': 'bzip2',
  'tar.xz': 'xz',
  'tar.zst': 'zstd',
  zip: 'unzip',
}

/** Names are looked at before anything is unpacked: a tool that would follow one out of the folder never gets it. */
function extract(format: Format | undefined): Script {
  if (format === undefined) return sh`fail 'the format of the archive is not known'`
  const tool = tools[format]
  const has = sh`command -v ${tool} >/dev/null || fail ${`the host has no ${tool}`}`
  const outside = sh`! LC_ALL=C grep -qE '^/|(^|/)\\.\\.(/|$)' ./names || fail 'the archive holds names outside of its folder'`
  if (format === 'zip') {
    return sh`${has}
unzip -Z1 ./archive > ./names || fail 'the archive can not be read'
${outside}
( umask 022; unzip -q -d ./tree ./archive ) || fail 'the archive can not be unpacked'`
  }
  const expand = format === 'tar' ? sh`cat` : sh`${tool} -dc`
  return sh`${has}
${expand} < ./archive | tar -tf - > ./names || fail 'the archive can not be read'
${outside}
( umask 022; ${expand} < ./archive | tar -xof - -C ./tree ) || fail 'the archive can not be unpacked'`
}

/** Each level must be one folder and nothing beside it. */
const descend = (levels: number): Script => sh`i=0
while [ "$i" -lt ${levels} ]; do
  set --
  for e in "$tree"/* "$tree"/.[!.]* "$tree"/..?*; do
    if [ -e "$e" ] || [ -L "$e" ]; then set -- "$@" "$e"; fi
  done
  [ $# -eq 1 ] && [ -d "$1" ] && [ ! -L "$1" ] || fail 'the archive has not one folder at its top to strip'
  tree=$1
  i=$((i+1))
done`

/** Links are followed as the kernel would follow them, since a link that leads through another can't be judged by its text. */
const lookThrough = sh`[ -z "$(find "$tree" ! -type f ! -type d ! -type l | head -c 1)" ] || fail 'the archive holds something that is no file, folder or link'
find "$tree" -type d -exec chmod u+rwx {} + || exit 1
top=$(cd -P "$tree" && pwd -P) || exit 1
find "$top" -type l -exec sh -c 'top=$1; shift
for l do
  case $(readlink "$l") in /*) exit 1 ;; esac
  case $(readlink -f "$l"; echo x) in "$top
x" | "$top"/*) ;; *) exit 1 ;; esac
done' sh "$top" {} + || fail 'the archive holds a link that leads outside of its folder'`

/** Nothing comes with more rights than a person who unpacks it would get, and nobody but its owner may write. */
const own = (owner: string, group: string): Script => sh`o=${owner} g=${group}
if [ -n "$R" ]; then
  case $o in *[!0-9]*) o=$(N=$o awk -F: '$1 == ENVIRON["N"] { print $3; exit }' "$R/etc/passwd") ;; esac
  case $g in *[!0-9]*) g=$(N=$g awk -F: '$1 == ENVIRON["N"] { print $3; exit }' "$R/etc/group") ;; esac
  [ -n "$o" ] && [ -n "$g" ] || fail 'the owner or group is not known there'
fi
chown -hR "$o:$g" "$tree" || exit 1
chmod -R u-s,g-s,go-w,u+rwX "$tree" && chmod go+rx "$tree" || exit 1`
