import type { Finding } from './finding.ts'
import type { Limits } from './limits.ts'

type Decoded = { readonly text: string } | { readonly finding: Finding }

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Bytes to text: UTF-8 with or without byte order mark, within the limits. */
export function decodeText(bytes: Uint8Array, limits: Limits): Decoded {
  if (bytes.length > limits.fileBytes) {
    const summary = `the file has ${bytes.length} bytes, more than ${limits.fileBytes}`
    return { finding: { code: 'size-limit', offset: 0, summary } }
  }
  const [a, b, c] = bytes
  if (
    (a === 0xff && b === 0xfe) ||
    (a === 0xfe && b === 0xff) ||
    (a === 0 && b !== 0) ||
    (b === 0 && a !== 0 && c !== 0)
  ) {
    return { finding: { code: 'encoding', offset: 0, summary: 'the file is UTF-16 or UTF-32, not UTF-8' } }
  }
  try {
    return { text: utf8.decode(bytes) }
  } catch {
    const good = goodPrefix(bytes)
    const summary = `the byte 0x${(bytes[good.bytes] ?? 0).toString(16)} is not UTF-8 (Latin-1 perhaps)`
    return {
      finding: { code: 'encoding', offset: good.text.length, summary, detail: `${good.bytes} bytes before it are` },
    }
  }
}

/** The longest start of the bytes that is UTF-8: where decoding in a stream says it no longer is. */
function goodPrefix(bytes: Uint8Array): { readonly bytes: number; readonly text: string } {
  let low = 0
  let high = bytes.length
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (decodes(bytes.subarray(0, middle))) low = middle
    else high = middle - 1
  }
  return { bytes: low, text: new TextDecoder().decode(bytes.subarray(0, low)) }
}

function decodes(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

/** Where a line is longer than the limit (in code units: a line of that many is at least as many bytes). */
export function longLineAt(text: string, limit: number): number {
  if (text.length <= limit) return -1
  let start = 0
  while (start < text.length) {
    const end = text.indexOf('\n', start)
    if ((end === -1 ? text.length : end) - start > limit) return start
    if (end === -1) return -1
    start = end + 1
  }
  return -1
}
