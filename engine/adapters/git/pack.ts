import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { crc32, deflate, deflateSync } from 'node:zlib'
import { deltaOf } from './delta.ts'
import { syncFolder } from './sync-folder.ts'
import { writeWhole } from './write-whole.ts'

/** An object to be packed. `data` is without git's header. */
export interface PackedObject {
  readonly id: string
  readonly type: 'blob' | 'tree' | 'commit' | 'tag'
  readonly data: Buffer
  /** Id of an object that this one resembles; of use where that comes before it in the pack. */
  readonly like?: string
}

const types = { commit: 1, tree: 2, blob: 3, tag: 4 } as const
const ofsDelta = 6
const compress = promisify(deflate)
/** Above so many bytes the work is worth the way to another thread. */
const large = 4096
/** Below so many bytes nothing is won by compressing. */
const tiny = 100
/** Differences to differences at most; git itself makes no longer chains, and takes them apart when it sends them. */
const longestChain = 45

/**
 * Writes many objects as one pack with its index (gitformat-pack(5), version 2): two files to be synced instead of one
 * for each object. The index comes last: without it git sees nothing. An object is written as its difference to the one it
 * resembles: git sends it like that to the remote, and the remote to everybody else, without looking for something better.
 * Returns its name, without the folder and what it ends with.
 */
export async function writePack(
  folder: string,
  hash: 'sha1' | 'sha256',
  objects: readonly PackedObject[],
): Promise<string> {
  const entries = await Promise.all(differences(objects).map(compressed))
  const head = Buffer.concat([Buffer.from('PACK'), uint32(2), uint32(objects.length)])
  const parts = [head]
  const places = new Map<string, Place>()
  let offset = head.length
  for (const { object, base, length, packed } of entries) {
    const from = base === undefined ? undefined : places.get(base)?.offset
    const type = from === undefined ? types[object.type] : ofsDelta
    const entry = Buffer.concat([
      entryHeader(type, length),
      from === undefined ? none : distance(offset - from),
      packed,
    ])
    places.set(object.id, { id: object.id, offset, crc: crc32(entry) })
    parts.push(entry)
    offset += entry.length
  }
  const body = Buffer.concat(parts)
  const checksum = createHash(hash).update(body).digest()
  const name = `pack-${checksum.toString('hex')}`
  await mkdir(folder, { recursive: true })
  const index = indexOf([...places.values()], checksum, hash)
  await writeWhole(join(folder, `${name}.pack`), join(folder, 'tmp_pack_'), Buffer.concat([body, checksum]))
  await writeWhole(join(folder, `${name}.idx`), join(folder, 'tmp_idx_'), index)
  await syncFolder(folder)
  return name
}

const none = Buffer.alloc(0)

interface Entry {
  readonly object: PackedObject
  /** Id of the object to which `bytes` are the difference; without, they are the object. */
  readonly base?: string
  readonly bytes: Buffer
}

function differences(objects: readonly PackedObject[]): Entry[] {
  const before = new Map<string, { readonly object: PackedObject; readonly depth: number }>()
  return objects.map((object) => {
    const base = object.like === undefined ? undefined : before.get(object.like)
    const delta =
      base === undefined || base.object.type !== object.type || base.depth >= longestChain
        ? undefined
        : deltaOf(base.object.data, object.data, object.type !== 'tree')
    const pays = base !== undefined && delta !== undefined && delta.length * 2 < object.data.length
    before.set(object.id, { object, depth: pays ? base.depth + 1 : 0 })
    return pays ? { object, base: base.object.id, bytes: delta } : { object, bytes: object.data }
  })
}

async function compressed(entry: Entry) {
  const { bytes } = entry
  const [level, length] = [1, bytes.length]
  if (length < tiny) return { ...entry, length, packed: stored(bytes) }
  return { ...entry, length, packed: length < large ? deflateSync(bytes, { level }) : await compress(bytes, { level }) }
}

/** A zlib stream (RFC 1950) of one block that is not compressed: setting zlib up costs more than such an object. */
function stored(bytes: Buffer): Buffer {
  const [header, length] = [Buffer.from([0x78, 0x01, 0x01]), Buffer.alloc(4)]
  length.writeUInt16LE(bytes.length)
  length.writeUInt16LE(bytes.length ^ 0xffff, 2)
  let [low, high] = [1, 0]
  for (const byte of bytes) {
    low = (low + byte) % 65_521
    high = (high + low) % 65_521
  }
  return Buffer.concat([header, length, bytes, uint32(high * 65_536 + low)])
}

/** Type and length of what is packed. */
function entryHeader(type: number, length: number): Buffer {
  const header: number[] = []
  let byte = (type << 4) | (length & 15)
  for (let rest = Math.floor(length / 16); rest > 0; rest = Math.floor(rest / 128)) {
    header.push(byte | 0x80)
    byte = rest & 127
  }
  return Buffer.from([...header, byte])
}

/** How far back the base lies: seven bits a byte, the highest first, each but the last one less than it stands for. */
function distance(back: number): Buffer {
  const bytes = [back % 128]
  for (let rest = Math.floor(back / 128); rest > 0; rest = Math.floor(rest / 128)) {
    rest -= 1
    bytes.unshift((rest % 128) | 0x80)
  }
  return Buffer.from(bytes)
}

interface Place {
  readonly id: string
  readonly offset: number
  readonly crc: number
}

function indexOf(places: readonly Place[], checksum: Buffer, hash: string): Buffer {
  const sorted = [...places].sort((a, b) => (a.id < b.id ? -1 : 1))
  const below = new Array<number>(256).fill(0)
  for (const { id } of sorted) {
    const first = Number.parseInt(id.slice(0, 2), 16)
    below[first] = (below[first] ?? 0) + 1
  }
  for (let first = 1; first < 256; first += 1) below[first] = (below[first] ?? 0) + (below[first - 1] ?? 0)
  const index = Buffer.concat([
    Buffer.from([0xff, 0x74, 0x4f, 0x63]),
    uint32(2),
    ...below.map(uint32),
    ...sorted.map((p) => Buffer.from(p.id, 'hex')),
    ...sorted.map((p) => uint32(p.crc)),
    ...sorted.map((p) => uint32(p.offset)),
    checksum,
  ])
  return Buffer.concat([index, createHash(hash).update(index).digest()])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
