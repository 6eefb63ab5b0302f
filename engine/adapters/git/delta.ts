/** Lines shorter than this are not worth a copy of their own. */
const shortest = 8
const longestInsert = 127
const longestCopy = 0xffff

/**
 * What turns one object into another, as packs hold it (gitformat-pack(5), "Deltified representation"): copies from the base
 * and bytes of its own. Finds what is the same at the beginning and at the end, and of texts, lines in between. Enough for
 * a folder in which one entry changed, and for records that say much the same.
 */
export function deltaOf(base: Buffer, target: Buffer, text: boolean): Buffer {
  const shorter = Math.min(base.length, target.length)
  let head = 0
  while (head < shorter && base[head] === target[head]) head += 1
  let tail = 0
  while (tail < shorter - head && base[base.length - 1 - tail] === target[target.length - 1 - tail]) tail += 1
  const delta = new DeltaWriter(target)
  delta.copy(0, head)
  if (text) copyLines(delta, base, target, head, target.length - tail)
  else delta.insert(head, target.length - tail)
  delta.copy(base.length - tail, tail)
  return Buffer.concat([size(base.length), size(target.length), delta.bytes()])
}

function copyLines(delta: DeltaWriter, base: Buffer, target: Buffer, from: number, to: number): void {
  const places = new Map<string, number>()
  for (const [at, line] of linesOf(base, 0, base.length)) places.set(line, at)
  for (const [at, line] of linesOf(target, from, to)) {
    const place = line.length < shortest ? undefined : places.get(line)
    if (place === undefined) delta.insert(at, at + line.length)
    else delta.copy(place, line.length)
  }
}

/** With their ends, and where they begin. One character for each byte. */
function* linesOf(data: Buffer, from: number, to: number): Generator<readonly [number, string]> {
  for (let at = from; at < to; ) {
    const end = data.indexOf(10, at)
    const next = end < 0 || end >= to ? to : end + 1
    yield [at, data.toString('latin1', at, next)]
    at = next
  }
}

/** Joins what follows one another. */
class DeltaWriter {
  readonly #target: Buffer
  readonly #parts: Buffer[] = []
  #pending: { readonly copies: boolean; readonly from: number; readonly to: number } | undefined

  constructor(target: Buffer) {
    this.#target = target
  }

  copy(from: number, length: number): void {
    this.#add(true, from, from + length)
  }

  insert(from: number, to: number): void {
    this.#add(false, from, to)
  }

  bytes(): Buffer {
    this.#flush()
    return Buffer.concat(this.#parts)
  }

  #add(copies: boolean, from: number, to: number): void {
    if (from === to) return
    const before = this.#pending
    if (before?.copies === copies && before.to === from) {
      this.#pending = { copies, from: before.from, to }
      return
    }
    this.#flush()
    this.#pending = { copies, from, to }
  }

  #flush(): void {
    if (this.#pending === undefined) return
    const { copies, from, to } = this.#pending
    this.#pending = undefined
    const most = copies ? longestCopy : longestInsert
    for (let at = from; at < to; at += most) {
      const length = Math.min(most, to - at)
      if (copies) this.#parts.push(copyOf(at, length))
      else this.#parts.push(Buffer.from([length]), this.#target.subarray(at, at + length))
    }
  }
}

/** The bits of the first byte say which bytes of place and length follow: those that are not zero. */
function copyOf(from: number, length: number): Buffer {
  const bytes = [0x80]
  const add = (value: number, count: number, first: number) => {
    for (let i = 0; i < count; i += 1) {
      const byte = (value >>> (8 * i)) & 0xff
      if (byte === 0) continue
      bytes[0] = (bytes[0] ?? 0) | (1 << (first + i))
      bytes.push(byte)
    }
  }
  add(from, 4, 0)
  add(length, 2, 4)
  return Buffer.from(bytes)
}

/** Seven bits a byte, the lowest first. */
function size(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest])
    bytes.push((rest & 127) | 128)
  }
}
