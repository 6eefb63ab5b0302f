/** Whether a network holds an address: `cidrContains('10.0.4.0/24', '10.0.4.11')`. A prefix of the address itself is ignored. */
export function cidrContains(prefix: string, address: string): boolean {
  const [network, length] = prefix.split('/')
  const [one, two] = [bitsOf(network ?? ''), bitsOf(address.split('/')[0] ?? '')]
  if (one === undefined || two === undefined || one.length !== two.length) return false
  const wanted = length === undefined ? one.length : Number(length)
  return /^\d{1,3}$/.test(length ?? '0') && wanted <= one.length && one.slice(0, wanted) === two.slice(0, wanted)
}

/** An address as ones and zeros; undefined where it is none. */
function bitsOf(text: string): string | undefined {
  const groups = text.includes(':') ? groupsOfV6(text.replace(/%.*$/, '')) : groupsOfV4(text)
  if (groups === undefined) return undefined
  const size = text.includes(':') ? 16 : 8
  return groups.map((group) => group.toString(2).padStart(size, '0')).join('')
}

function groupsOfV4(text: string): readonly number[] | undefined {
  const groups = text.split('.')
  const valid = groups.length === 4 && groups.every((g) => /^\d{1,3}$/.test(g) && Number(g) < 256)
  return valid ? groups.map(Number) : undefined
}

function groupsOfV6(text: string): readonly number[] | undefined {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  const v4 = dotted?.[2] === undefined ? undefined : groupsOfV4(dotted[2])
  if (dotted !== null && v4 === undefined) return undefined
  const [a = 0, b = 0, c = 0, d = 0] = v4 ?? []
  const plain = dotted === null ? text : `${dotted[1]}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
  const halves = plain.split('::')
  if (halves.length > 2) return undefined
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail]
  return groups.every((g) => /^[0-9a-f]{1,4}$/i.test(g)) ? groups.map((g) => Number.parseInt(g, 16)) : undefined
}
