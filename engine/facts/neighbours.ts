import type { JsonObject } from '../model/document.ts'
import type { Facts } from '../model/facts.ts'
import { read } from '../model/script.ts'
import { compact, fact, linesOf, needs, running } from './fact.ts'
import { isObject, jsonArrays, textIn } from './json.ts'

type Neighbours = NonNullable<Facts['neighbours']>

/** What strangers on the wire say of themselves is cut: IEEE 802.1AB, 9.5 allows 255 bytes of a name. */
const longest = 255
/** More than a segment has; the kernel keeps 1024 of each family by default. */
const most = 4096

/**
 * Who else is on the wire: addresses that the kernel found hardware for (ARP, neighbour discovery), and what devices tell of themselves
 * by LLDP where lldpd runs.
 */
export const neighbours = fact(
  'neighbours',
  [
    running,
    needs('ip'),
    read`ip -j neigh 2>/dev/null || ip neigh || exit 1
echo
echo lldp
if command -v lldpctl >/dev/null 2>&1; then { lldpctl -f json0 2>/dev/null || lldpctl -f json 2>/dev/null; } | head -c 1000000; fi`,
  ],
  (stdout) => {
    // The first such line is ours: nothing that was said by LLDP stands before it.
    const at = stdout.search(/^lldp$/m)
    if (at < 0) return undefined
    const [kernel, said] = [stdout.slice(0, at), stdout.slice(at + 'lldp'.length)]
    const found = kernel.trimStart().startsWith('[') ? fromJson(kernel) : fromText(kernel)
    const told = fromLldp(said)
    return found === undefined || told === undefined ? undefined : [...found, ...told].slice(0, most)
  },
)

/** States in which nobody answered. */
const silent = ['FAILED', 'INCOMPLETE', 'NOARP']

function fromJson(text: string): Neighbours | undefined {
  return jsonArrays(text)?.flatMap((entry) => {
    const [address, name, mac] = [textIn(entry, 'dst'), textIn(entry, 'dev'), textIn(entry, 'lladdr')]
    const states = Array.isArray(entry['state']) ? entry['state'] : []
    if (address === undefined || name === undefined || mac === undefined) return []
    return states.some((s) => typeof s === 'string' && silent.includes(s))
      ? []
      : [{ by: 'kernel' as const, interface: name, mac, address }]
  })
}

function fromText(text: string): Neighbours {
  return linesOf(text).flatMap((line) => {
    const [, address, name, mac, state] =
      /^([0-9a-f.:]+) dev (\S+) lladdr ([0-9a-f:]{17}) .*?([A-Z]+) *$/i.exec(line.trim()) ?? []
    return address === undefined || name === undefined || mac === undefined || silent.includes(state ?? '')
      ? []
      : [{ by: 'kernel' as const, interface: name, mac, address }]
  })
}

/** Both of lldpd's JSON forms: one nests everything in arrays, the other takes names as keys. */
function fromLldp(text: string): Neighbours | undefined {
  if (text.trim() === '') return []
  const whole = jsonArrays(`[${text}]`)
  return whole?.flatMap((root) => {
    const interfaces = listOf(root['lldp']).flatMap((l) => listOf(l['interface']))
    return interfaces.flatMap((entry) =>
      textIn(entry, 'name') === undefined
        ? Object.entries(entry).flatMap(([name, about]) => (isObject(about) ? neighbour(name, about) : []))
        : neighbour(textIn(entry, 'name') ?? '', entry),
    )
  })
}

function neighbour(name: string, about: JsonObject): Neighbours {
  const [chassis, port] = [listOf(about['chassis'])[0] ?? {}, listOf(about['port'])[0] ?? {}]
  const named = Object.entries(chassis).find(([, value]) => isObject(value) && 'id' in value)
  const system = textOf(chassis, 'name') ?? named?.[0]
  const of = named !== undefined && isObject(named[1]) ? named[1] : chassis
  const id = listOf(of['id'])[0]
  const mac = id !== undefined && textIn(id, 'type') === 'mac' ? textIn(id, 'value')?.slice(0, longest) : undefined
  const portId = listOf(port['id'])[0]
  const portName = textOf(port, 'id')
  const isMac = portId !== undefined && textIn(portId, 'type') === 'mac'
  return [
    compact({
      by: 'lldp' as const,
      interface: name.slice(0, longest),
      mac,
      address: textOf(of, 'mgmt-ip'),
      system: system?.slice(0, longest),
      // A port that is called by its hardware address has its name in the description.
      port: isMac ? (textOf(port, 'descr') ?? portName) : portName,
    }),
  ]
}

/** A field that is a text, an object with a value, or a list of those. */
function textOf(object: JsonObject, field: string): string | undefined {
  const value = object[field]
  const first = Array.isArray(value) ? value[0] : value
  const text = isObject(first) ? first['value'] : first
  return typeof text === 'string' && text !== '' ? text.slice(0, longest) : undefined
}

const listOf = (value: JsonObject[string] | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isObject) : isObject(value) ? [value] : []
