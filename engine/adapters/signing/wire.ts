/** SSH's wire format (RFC 4251 section 5): length-prefixed strings and big-endian numbers. */

export function wireString(value: string | Uint8Array): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  return Buffer.concat([wireUint32(bytes.length), bytes])
}

export function wireUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** A positive number from its big-endian bytes: no leading zeros, one where the first bit is set. */
export function wireMpint(bytes: Uint8Array): Buffer {
  let start = 0
  while (start < bytes.length && bytes[start] === 0) start += 1
  const digits = bytes.subarray(start)
  return wireString((digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits)
}

/** Reads a blob from its start. Throws `MalformedBlob` where the blob ends early. */
export class WireReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  take(count: number): Buffer {
    if (count > this.#bytes.length - this.#at) throw new MalformedBlob('it ends early')
    this.#at += count
    return this.#bytes.subarray(this.#at - count, this.#at)
  }

  uint32(): number {
    return this.take(4).readUInt32BE()
  }

  bytes(): Buffer {
    return this.take(this.uint32())
  }

  text(): string {
    return this.bytes().toString('latin1')
  }

  /** A positive number without its leading zero. */
  mpint(): Buffer {
    const bytes = this.bytes()
    return bytes[0] === 0 ? bytes.subarray(1) : bytes
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new MalformedBlob('something follows its end')
  }
}

export class MalformedBlob extends Error {}
