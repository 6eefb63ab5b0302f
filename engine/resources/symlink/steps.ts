import type { Change, Step } from '../../model/resource.ts'
import { type Script, sh } from '../../model/script.ts'
import { at } from '../replace-file.ts'
import { step } from '../shell.ts'
import type { SymlinkSpec, SymlinkState } from './spec.ts'

export function steps({ verb, resource, have, fields }: Change<SymlinkSpec, SymlinkState>): Step {
  const path = resource.name
  const inverse = have === null ? remove(path) : put(path, have.target, have.owner)
  if (verb === 'delete') {
    return { summary: `remove the link ${path}`, script: remove(path), reversibility: 'exact', inverse }
  }
  const { target = '', owner = have?.owner ?? 'root' } = resource.spec
  const onlyOwner = have !== null && fields.every((f) => f.path === 'owner')
  return {
    summary: onlyOwner ? `give the link ${path} to ${owner}` : `link ${path} to ${target}`,
    script: put(path, target, owner),
    reversibility: 'exact',
    inverse,
  }
}

/** Made under another name in a folder of our own and renamed: whoever reads it sees the old link or the new one. */
function put(path: string, target: string, owner: string): Script {
  return step(sh`${at(path)}
${enter}
w=$(mktemp -d ./.plumbline.XXXXXX) || exit 1
cd -P "$w" || exit 1
case $(pwd -P) in */.plumbline.??????) [ -O . ] ;; *) false ;; esac || fail "somebody moved our folder in $d"
trap 'rm -f ./new; cd .. && rmdir "$w" 2>/dev/null' EXIT
trap 'exit 1' HUP INT TERM
ln -s -- ${target} ./new || exit 1
o=${owner}
if [ -n "$R" ]; then
  case $o in *[!0-9]*) o=$(N=$o awk -F: '$1 == ENVIRON["N"] { print $3; exit }' "$R/etc/passwd") ;; esac
fi
[ -n "$o" ] || fail 'the owner is not known there'
chown -h "$o" ./new || exit 1
mv -fT -- ./new "../$n" || exit 1
sync .. 2>/dev/null || :`)
}

function remove(path: string): Script {
  return step(sh`${at(path)}
d=\${p%/*}
[ -d "\${d:-/}" ] || exit 0
${enter}
rm -f -- "./$n" || exit 1
sync . 2>/dev/null || :`)
}

/** Stands in the folder of `$p`, which is there; only a link, or nothing, may stand in our place. */
const enter = sh`d=\${p%/*} n=\${p##*/}
[ -d "\${d:-/}" ] || fail "the folder \${d:-/} is missing"
cd -P "\${d:-/}" || exit 1
[ -L "./$n" ] || [ ! -e "./$n" ] || fail "$p is no symbolic link"`
