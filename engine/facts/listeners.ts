import type { Facts } from '../model/facts.ts'
import { read } from '../model/script.ts'
import { compact, fact, linesOf, running, tagged } from './fact.ts'

type Listener = NonNullable<Facts['listeners']>[number]

/** What waits for connections and datagrams; whose process it is only where the session may see that. */
export const listeners = fact(
  'listeners',
  [
    running,
    read`if command -v ss >/dev/null 2>&1; then echo ss; ss -H -l -n -t -u -p 2>/dev/null
else
  for table in tcp tcp6 udp udp6; do [ ! -r "/proc/net/$table" ] || sed "s/^/$table /" "/proc/net/$table"; done
fi`,
  ],
  (stdout) => {
    const found = stdout.startsWith('ss\n') ? fromSs(stdout.slice(3)) : fromProc(stdout)
    // Several processes may share one socket, and one process have it twice.
    const each = new Map(found.map((l) => [`${l.protocol} ${l.address} ${l.port} ${l.process ?? ''}`, l]))
    return [...each.values()]
  },
)

function fromSs(text: string): Listener[] {
  return linesOf(text).flatMap((line): Listener[] => {
    const [protocol, , , , local = '', , ...rest] = line.trim().split(/\s+/)
    const [, address, port] = /^(.*):(\d+)$/.exec(local) ?? []
    if ((protocol !== 'tcp' && protocol !== 'udp') || address === undefined) return []
    const process = /users:\(\("([^"]*)"/.exec(rest.join(' '))?.[1]
    return [compact({ protocol, address: bare(address), port: Number(port), process })]
  })
}

/** Without brackets and the name of the interface. */
function bare(address: string): string {
  const inner = address.replace(/%[^\]]*/, '').replace(/^\[(.*)\]$/, '$1')
  return inner === '*' ? '::' : inner
}

/** TCP sockets that listen, UDP sockets that are bound. */
const waiting: Readonly<Record<string, string>> = { tcp: '0A', udp: '07' }

function fromProc(stdout: string): Listener[] {
  return (['tcp', 'tcp6', 'udp', 'udp6'] as const).flatMap((table) => {
    const protocol = table.startsWith('tcp') ? 'tcp' : 'udp'
    return tagged(stdout, table).flatMap((line): Listener[] => {
      const [, local = '', , state] = line.trim().split(/\s+/)
      const [, hex, port] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(local) ?? []
      if (hex === undefined || port === undefined || state !== waiting[protocol]) return []
      return [{ protocol, address: addressOf(hex), port: Number.parseInt(port, 16) }]
    })
  })
}

/** The kernel prints addresses in words of four bytes, the lowest byte first (as all common machines store them). */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse())
  if (bytes.length === 4) return bytes.map((b) => Number.parseInt(b, 16)).join('.')
  const groups = Array.from({ length: 8 }, (_, i) =>
    `${bytes[2 * i]}${bytes[2 * i + 1]}`.replace(/^0+(?=.)/, '').toLowerCase(),
  )
  const longest = groups
    .join(':')
    .match(/(?:^|:)0(?::0)+(?=:|$)/g)
    ?.sort((a, b) => b.length - a.length)[0]
  return longest === undefined ? groups.join(':') : shorten(groups.join(':'), longest)
}

function shorten(address: string, zeros: string): string {
  const at = address.indexOf(zeros)
  return `${address.slice(0, at)}::${address.slice(at + zeros.length).replace(/^:/, '')}`
}
