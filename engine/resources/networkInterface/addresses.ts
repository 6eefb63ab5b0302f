/** An address, with its prefix length where it has one, in the form that the kernel prints; undefined where it is none. */
export function canonicalAddress(text: string): string | undefined {
  const [address = '', prefix, ...more] = text.split('/')
  if (more.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return undefined
  const v4 = canonicalV4(address)
  const plain = v4 ?? canonicalV6(address)
  if (plain === undefined) return undefined
  if (prefix === undefined) return plain
  return Number(prefix) <= (v4 === undefined ? 128 : 32) ? `${plain}/${Number(prefix)}` : undefined
}

function canonicalV4(text: string): string | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1)
  // A zero in front means octal to some and nothing to others.
  return parts?.every((p) => Number(p) < 256 && String(Number(p)) === p) ? text : undefined
}

function canonicalV6(text: string): string | undefined {
  const halves = text.toLowerCase().split('::')
  if (halves.length > 2 || !/^[0-9a-f:]+$/i.test(text)) return undefined
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const gap = 8 - head.length - tail.length
  if (halves.length === 2 ? gap < 1 : gap !== 0) return undefined
  const groups = [...head, ...Array<string>(gap).fill('0'), ...tail]
  if (!groups.every((g) => /^[0-9a-f]{1,4}$/.test(g))) return undefined
  const short = groups.map((g) => g.replace(/^0+(?=.)/, ''))
  // The longest run of zeros, the first of several, becomes `::`; a single zero stays.
  const runs = [...short.join(':').matchAll(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/g)].map((m) => m[0])
  const longest = runs.reduce((a, b) => (b.length > a.length ? b : a), '')
  if (longest === '') return short.join(':')
  const joined = short.join(':')
  const at = new RegExp(`(^|:)${longest}(?=:|$)`).exec(joined)?.index ?? 0
  const before = joined.slice(0, at)
  const after = joined.slice(at + longest.length + (joined[at] === ':' ? 1 : 0)).replace(/^:/, '')
  return `${before}::${after}`
}
