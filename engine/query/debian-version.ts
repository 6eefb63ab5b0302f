/**
 * Orders versions as Debian does (deb-version(7)): epoch, then upstream version, then revision; a tilde sorts before
 * everything, even the end. Negative where `a` is older.
 */
export function compareDebianVersions(a: string, b: string): number {
  const [one, two] = [parts(a), parts(b)]
  return (
    compareDigits(one.epoch, two.epoch) ||
    comparePart(one.upstream, two.upstream) ||
    comparePart(one.revision, two.revision)
  )
}

interface Parts {
  readonly epoch: string
  readonly upstream: string
  readonly revision: string
}

function parts(version: string): Parts {
  const text = version.trim()
  const colon = text.indexOf(':')
  const rest = text.slice(colon + 1)
  const dash = rest.lastIndexOf('-')
  return {
    epoch: colon < 0 ? '0' : text.slice(0, colon),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    // No revision is the same as the revision 0.
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  }
}

/** Turn by turn what is no digit, then a number. */
function comparePart(a: string, b: string): number {
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const order = rankOf(a, i) - rankOf(b, j)
      if (order !== 0) return order
      i += 1
      j += 1
    }
    const [first, second] = [digitsAt(a, i), digitsAt(b, j)]
    const order = compareDigits(first, second)
    if (order !== 0) return order
    i += first.length
    j += second.length
  }
  return 0
}

/** Letters before other signs, the end and digits before letters, a tilde before all. */
function rankOf(text: string, at: number): number {
  if (at >= text.length || isDigit(text, at)) return 0
  const code = text.charCodeAt(at)
  if (code === 126) return -1
  const letter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
  return letter ? code : code + 65_536
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 48 && code <= 57
}

function digitsAt(text: string, from: number): string {
  let end = from
  while (end < text.length && isDigit(text, end)) end += 1
  return text.slice(from, end)
}

/** Numbers of any length, as texts. */
function compareDigits(a: string, b: string): number {
  const [one, two] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')]
  return one.length - two.length || (one < two ? -1 : one > two ? 1 : 0)
}
