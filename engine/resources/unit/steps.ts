import type { Change, Step } from '../../model/resource.ts'
import { hostPath, join, type Script, sh } from '../../model/script.ts'
import { encodeBase64 } from '../base64.ts'
import { at, fillFrom, fillFromPreimage, removeFile, replaceFile, setAttributes } from '../replace-file.ts'
import { step } from '../shell.ts'
import { reloadUnits, verifyUnit } from '../unit-files.ts'
import { identify, named, pathOf, type UnitFile, type UnitSpec, type UnitState } from './spec.ts'

/** A symbolic link to /dev/null can't be kept as a file can, and is made again where a step is taken back. */
export function steps({ verb, resource, have, fields }: Change<UnitSpec, UnitState>): Step {
  const spec = { ...resource.spec, ...named(resource.name) }
  const path = pathOf(spec)
  const id = identify(spec)
  const exact = {
    reversibility: 'exact' as const,
    settle: { name: 'unit files', script: step(reloadUnits) },
    ...(have !== null && 'sha256' in have && { preimages: [{ path, sha256: have.sha256 }] }),
  }
  const wasMasked = have !== null && 'masked' in have
  if (verb === 'delete') {
    return {
      summary: `${wasMasked ? 'unmask' : 'remove the unit file'} ${id}`,
      script: remove(spec, wasMasked),
      ...exact,
    }
  }
  if (spec.masked === true) return { summary: `mask ${id}`, script: mask(path), ...exact }
  const to = spec.kept ?? { mode: '0644', owner: 'root', group: 'root' }
  const attributes = `${to.mode} ${to.owner}:${to.group}`
  if (verb === 'update' && fields.every((f) => ['mode', 'owner', 'group'].includes(f.path))) {
    const script = setAttributes(at(path), to.owner, to.group, to.mode)
    return { summary: `set the unit file ${id} to ${attributes}`, script, reversibility: 'exact' }
  }
  const size = spec.kept === undefined ? `${bytesOf(spec).length} bytes` : 'as it was'
  return { summary: `write the unit file ${id} (${size})`, script: put(spec, to, wasMasked), ...exact }
}

function put(spec: UnitSpec, to: Omit<UnitFile, 'sha256'>, wasMasked: boolean): Script {
  const path = pathOf(spec)
  const fill =
    spec.kept === undefined
      ? fillFrom(spec.base64 ?? encodeBase64(bytesOf(spec)), false)
      : fillFromPreimage(spec.kept.sha256)
  const check = spec.kept === undefined && spec.verify !== false
  const write = replaceFile({
    locate: at(path),
    fill,
    mode: to.mode,
    owner: sh`${to.owner}`,
    group: sh`${to.group}`,
    ...(check && { validate: verifyUnit(spec.name, spec.dropIn === undefined ? undefined : `${spec.dropIn}.conf`) }),
  })
  const folder =
    spec.dropIn === undefined ? sh`:` : sh`mkdir -p ${hostPath(path.slice(0, path.lastIndexOf('/')))} || exit 1`
  const script = step(sh`umask 022
${folder}
${write} || exit 1`)
  return wasMasked ? unmasked(path, script) : script
}

/** The mask comes back where what should stand in its place is refused. */
const unmasked = (path: string, script: Script): Script => sh`(
p=${hostPath(path)}
if [ "$(readlink "$p")" != /dev/null ]; then echo 'it is not masked any more' >&2; exit 1; fi
rm -f "$p" || exit 1
${script} || { ln -s /dev/null "$p"; exit 1; }
)`

const mask = (path: string): Script =>
  step(sh`p=${hostPath(path)}
[ ! -L "$p" ] || [ "$(readlink "$p")" = /dev/null ] || fail "$p is a link to something"
[ ! -d "$p" ] || fail "$p is a folder"
w=$(mktemp -d "\${p%/*}/.plumbline.XXXXXX") || exit 1
ln -s /dev/null "$w/new" && mv -f "$w/new" "$p" || { rm -rf "$w"; exit 1; }
rmdir "$w"`)

function remove(spec: UnitSpec, wasMasked: boolean): Script {
  const path = pathOf(spec)
  const gone = wasMasked
    ? step(sh`p=${hostPath(path)}
[ "$(readlink "$p")" = /dev/null ] || fail "$p is not what it was"
rm -f "$p" || exit 1`)
    : removeFile(at(path))
  const folder = hostPath(path.slice(0, path.lastIndexOf('/')))
  const empty = spec.dropIn === undefined ? sh`:` : sh`rmdir ${folder} 2>/dev/null || :`
  return join([sh`${gone} || exit 1`, empty])
}

const bytesOf = (spec: UnitSpec): Uint8Array =>
  spec.base64 === undefined
    ? new TextEncoder().encode(spec.content ?? '')
    : Uint8Array.from(atob(spec.base64), (c) => c.charCodeAt(0))
