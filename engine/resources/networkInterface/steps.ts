import type { Change, Step } from '../../model/resource.ts'
import { hostPath, type Script, sh } from '../../model/script.ts'
import { encodeBase64 } from '../base64.ts'
import { isBooted } from '../booted.ts'
import { at, fillFrom, fillFromPreimage, removeFile, replaceFile, setAttributes } from '../replace-file.ts'
import { step } from '../shell.ts'
import { interfaceText } from './interface-text.ts'
import { type InterfaceSpec, type InterfaceState, interfaceOf, managerOf, pathOf } from './spec.ts'

/** Each step is one of access: the engine may come in by the very interface. */
export function steps({ verb, resource, have, fields }: Change<InterfaceSpec, InterfaceState>): Step {
  const spec = { ...resource.spec, ...interfaceOf(resource.name) }
  const path = pathOf(spec)
  const back = {
    reversibility: 'inverse',
    access: true,
    inverse: step(change(spec, have === null ? removeFile(at(path)) : put(spec, fillFromPreimage(have.sha256)))),
    ...(have !== null && { preimages: [{ path, sha256: have.sha256 }] }),
  } as const
  const name = `the interface ${spec.name}`
  if (verb === 'delete') {
    return { summary: `leave ${name} alone`, script: step(change(spec, removeFile(at(path)))), ...back }
  }
  if (verb === 'update' && fields.length > 0 && fields.every((f) => ['mode', 'owner', 'group'].includes(f.path))) {
    const script = setAttributes(at(path), 'root', 'root', '0644')
    return { summary: `set the file of ${name} to 0644 root:root`, script, reversibility: 'exact' }
  }
  const fill = spec.preimage === undefined ? fillText(interfaceText(spec)) : fillFromPreimage(spec.preimage)
  const how = spec.preimage === undefined ? phrase(spec) : 'as it was'
  return {
    summary: `bring up ${name} by ${managerOf(spec)} (${how})`,
    script: step(change(spec, put(spec, fill))),
    ...back,
  }
}

function phrase({ addresses = [], dhcp = 'no' }: InterfaceSpec): string {
  const words = [...(dhcp === 'no' ? [] : ['DHCP']), ...addresses]
  return words.length === 0 ? 'no address' : words.join(', ')
}

const fillText = (text: string): Script => fillFrom(encodeBase64(new TextEncoder().encode(text)), false)

function put(spec: InterfaceSpec, fill: Script): Script {
  // Where it can, the manager reads the file before it counts.
  const validate = sh`! command -v ifup >/dev/null || [ -n "$R" ] || ifup --no-act --force -i "$t" ${spec.name} >/dev/null || fail 'ifup can not read the new file'`
  return replaceFile({
    locate: at(pathOf(spec)),
    fill,
    mode: '0644',
    owner: sh`root`,
    group: sh`root`,
    ...(managerOf(spec) === 'ifupdown' && { validate }),
  })
}

/** Where the manager does not run yet, or there is no such interface, only the file is written: it counts when they come. */
const change = (spec: InterfaceSpec, write: Script): Script =>
  managerOf(spec) === 'ifupdown' ? byIfupdown(spec, write) : byNetworkd(spec, write)

/** What an earlier file gave the interface is taken from it: of a file that is gone networkd knows nothing any more. */
const byNetworkd = (spec: InterfaceSpec, write: Script): Script => sh`f=${hostPath(pathOf(spec))}
given=$(sed -n 's/^Address=//p' "$f" 2>/dev/null)
${write} || exit 1
if [ -z "$R" ] && ${isBooted} && systemctl -q is-active systemd-networkd; then
  for a in $given; do
    grep -qxF "Address=$a" "$f" 2>/dev/null || ip addr del "$a" dev ${spec.name} 2>/dev/null || :
  done
  networkctl reload || exit 1
  if ip link show dev ${spec.name} >/dev/null 2>&1; then
    # Without a file of ours nothing may be left to configure.
    networkctl reconfigure ${spec.name} || [ ! -e "$f" ] || exit 1
    i=0
    while [ "$i" -lt 30 ]; do
      case $(networkctl --no-legend --no-pager list ${spec.name} 2>/dev/null) in
        *configured\\ * | *configured | *unmanaged*) break ;;
        *failed*) fail ${`networkd could not configure ${spec.name}`} ;;
      esac
      sleep 0.5
      i=$((i+1))
    done
  fi
fi`

const byIfupdown = (spec: InterfaceSpec, write: Script): Script => sh`f=${hostPath(pathOf(spec))}
main=${hostPath('/etc/network/interfaces')}
grep -Eqs '^[[:space:]]*source(-directory)?[[:space:]]+/etc/network/interfaces\\.d(/\\*)?[[:space:]]*$' "$main" || fail "$main does not read interfaces.d"
up=
if [ -z "$R" ] && ${isBooted} && command -v ifup >/dev/null && ip link show dev ${spec.name} >/dev/null 2>&1; then
  up=1
  [ ! -e "$f" ] || ifdown --force ${spec.name} >&2 || :
fi
${write} || exit 1
if [ -n "$up" ] && [ -e "$f" ]; then timeout -k 5 60 ifup --force ${spec.name} >&2 || fail ${`ifup could not bring up ${spec.name}`}; fi`
