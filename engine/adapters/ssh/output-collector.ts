/** Enough of what came before the script's own output to say why it never began. */
const noiseKept = 4096
const tailKept = 64

/**
 * Keeps what one stream of a script printed: drops everything up to the marker (noise of login files, a lecture of
 * sudo), keeps `cap` bytes after it and counts the rest. Memory is bounded whatever the host sends.
 */
export class OutputCollector {
  readonly #marker: Buffer
  readonly #cap: number
  #noise: Buffer = Buffer.alloc(0)
  #window: Buffer = Buffer.alloc(0)
  #tail: Buffer = Buffer.alloc(0)
  /** Grows by doubling: a million one-byte packets must not become a million objects. */
  #bytes: Buffer = Buffer.alloc(0)
  #kept = 0
  #dropped = 0
  #started = false
  /** Bytes seen, noise too. */
  seen = 0

  constructor(marker: string, cap: number) {
    this.#marker = Buffer.from(marker)
    this.#cap = cap
  }

  /** True once the marker came by. */
  get started(): boolean {
    return this.#started
  }

  get truncated(): boolean {
    return this.#dropped > 0
  }

  add(chunk: Buffer): void {
    this.seen += chunk.length
    if (this.#started) this.#keep(chunk)
    else this.#search(chunk)
  }

  #search(chunk: Buffer): void {
    // The marker may be cut in two by the packets: the end of the last chunk is looked at again.
    const window = this.#window.length === 0 ? chunk : Buffer.concat([this.#window, chunk])
    const at = window.indexOf(this.#marker)
    if (at >= 0) {
      this.#started = true
      this.#window = Buffer.alloc(0)
      this.#keep(window.subarray(at + this.#marker.length))
      return
    }
    this.#window = Buffer.from(window.subarray(Math.max(0, window.length - this.#marker.length + 1)))
    if (this.#noise.length < noiseKept) {
      this.#noise = Buffer.concat([this.#noise, chunk.subarray(0, noiseKept - this.#noise.length)])
    }
  }

  #keep(chunk: Buffer): void {
    const room = this.#cap - this.#kept
    const part = chunk.length <= room ? chunk : chunk.subarray(0, room)
    this.#reserve(this.#kept + part.length)
    part.copy(this.#bytes, this.#kept)
    this.#kept += part.length
    this.#dropped += chunk.length - part.length
    if (this.#dropped > 0) this.#tail = Buffer.from(Buffer.concat([this.#tail, chunk]).subarray(-tailKept))
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.min(this.#cap, Math.max(size, this.#bytes.length * 2, 1024)))
    this.#bytes.copy(grown, 0, 0, this.#kept)
    this.#bytes = grown
  }

  /** What the script printed; also the end mark is taken off, where it is there. */
  finish(endMark?: string): { readonly bytes: Uint8Array; readonly marked: boolean } {
    const bytes = this.#bytes.subarray(0, this.#kept)
    if (endMark === undefined) return { bytes, marked: false }
    if (this.#dropped > 0) return { bytes, marked: this.#tail.includes(endMark) }
    const at = bytes.lastIndexOf(endMark)
    return at < 0 ? { bytes, marked: false } : { bytes: bytes.subarray(0, at), marked: true }
  }

  /** What came before the marker, at most 4 KiB. */
  noise(): string {
    return this.#noise.toString('utf8')
  }
}
