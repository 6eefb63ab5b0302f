import type { Change, Step } from '../../model/resource.ts'
import { type Script, sh } from '../../model/script.ts'
import { at, setAttributes, setMode } from '../replace-file.ts'
import { step } from '../shell.ts'
import type { DirectorySpec, DirectoryState } from './spec.ts'

export function steps({ verb, resource, have }: Change<DirectorySpec, DirectoryState>): Step {
  const path = resource.spec.path ?? resource.name
  const { mode = '0755', owner = 'root', group = 'root' } = resource.spec
  const attributes = `${mode} ${owner}:${group}`
  if (verb === 'delete') {
    return {
      summary: `remove the folder ${path}, if it is empty`,
      script: remove(path),
      reversibility: 'inverse',
      ...(have !== null && { inverse: make(path, have.owner, have.group, have.mode) }),
    }
  }
  if (verb === 'update') {
    return {
      summary: `set ${path} to ${attributes}`,
      script: setAttributes(at(path), owner, group, mode),
      reversibility: 'exact',
      ...(have !== null && { inverse: setAttributes(at(path), have.owner, have.group, have.mode) }),
    }
  }
  return {
    summary: `make the folder ${path} (${attributes})`,
    script: make(path, owner, group, mode),
    reversibility: 'inverse',
    inverse: remove(path),
  }
}

function make(path: string, owner: string, group: string, mode: string): Script {
  return step(sh`${at(path)}
d=\${p%/*}
[ ! -L "$p" ] || fail "$p is a symbolic link"
[ -d "\${d:-/}" ] || fail "the folder \${d:-/} is missing"
made=
trap '[ -z "$made" ] || rmdir "$p"' EXIT
[ -d "$p" ] || { mkdir -m 0700 "$p" && made=1; } || exit 1
${setMode(owner, group, mode)}
made=`)
}

/** A folder with something in it is not ours to empty. */
function remove(path: string): Script {
  return step(sh`${at(path)}
[ ! -L "$p" ] || fail "$p is a symbolic link"
[ ! -d "$p" ] || rmdir "$p" || exit 1`)
}
