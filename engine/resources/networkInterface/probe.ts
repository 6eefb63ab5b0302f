import type { Json } from '../../model/document.ts'
import type { Observation, ProbeOutput } from '../../model/resource.ts'
import { join, read, type Script } from '../../model/script.ts'
import { isBooted } from '../booted.ts'
import { readFileProbe } from '../file-output.ts'
import { fileProbe } from '../file-probe.ts'
import { missingTool, splitFirst, taggedLines, unparsable } from '../observed.ts'
import { canonicalAddress } from './addresses.ts'
import { type InterfaceSpec, type InterfaceState, managerOf, pathOf } from './spec.ts'

/**
 * Looks at the files, after `live I JSON` (as `ip -j` says it) for each interface whose manager runs. Below a prefix there
 * are no interfaces: those here are ours.
 */
export function probe(specs: readonly InterfaceSpec[]): Script {
  return join([
    read`(
exec </dev/null
live() {
  case $3 in
    ifupdown) command -v ifup >/dev/null || return ;;
    *) systemctl -q is-active systemd-networkd 2>/dev/null || return ;;
  esac
  said=$(ip -j addr show dev "$2" 2>/dev/null) && printf 'live %s %s\n' "$1" "$(printf '%s' "$said" | tr -d '\n')"
}
if [ -z "$R" ] && ${isBooted} && command -v ip >/dev/null; then
  :
  ${join(specs.map((spec, i) => read`live ${i} ${spec.name} ${managerOf(spec)}`))}
fi
echo looked
)`,
    fileProbe(specs.map((spec) => ({ path: pathOf(spec), wanted: 'none' }))),
  ])
}

export function parse(specs: readonly InterfaceSpec[], output: ProbeOutput): readonly Observation<InterfaceState>[] {
  const missing = /^missing (stat|sha256sum)$/m.exec(output.stdout)?.[1]
  if (missing !== undefined) return specs.map(() => missingTool(missing))
  const whole = /(^|\n)looked\n/.test(output.stdout) && output.stdout.endsWith('\nend\n')
  const lives = taggedLines(output.stdout).flatMap(({ tag, rest }) => (tag === 'live' ? [splitFirst(rest)] : []))
  const paths = specs.map(pathOf)
  return readFileProbe(paths, output, 'a file').map((seen, i) => {
    if (seen.status === 'unknown') return seen
    if (!whole) return unparsable(paths[i] ?? '')
    if (seen.status === 'absent') return seen
    const { sha256 = '', mode, owner, group } = seen.state
    const json = lives.find(([number]) => number === String(i))?.[1]
    const state = { sha256, mode, owner, group, live: json === undefined ? null : liveOf(json) }
    return { status: 'present', state, ...(seen.excerpt !== undefined && { excerpt: seen.excerpt }) }
  })
}

/** Addresses that somebody gave it: neither by a lease nor made up by the kernel for the link. */
function liveOf(json: string): readonly string[] | null {
  try {
    const said = JSON.parse(json) as Json
    const link = Array.isArray(said) ? said.find((l) => isObject(l) && Array.isArray(l['addr_info'])) : undefined
    const infos = isObject(link) && Array.isArray(link['addr_info']) ? link['addr_info'] : undefined
    return infos === undefined ? null : infos.flatMap((info) => (isObject(info) ? givenAddress(info) : [])).sort()
  } catch {
    return null
  }
}

function givenAddress({ local, prefixlen, scope, dynamic }: { readonly [name: string]: Json }): string[] {
  if (scope === 'link' || dynamic === true) return []
  const address = canonicalAddress(`${String(local)}/${String(prefixlen)}`)
  return address === undefined ? [] : [address]
}

const isObject = (value: Json | undefined): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
