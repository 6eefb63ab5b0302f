import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { crc32, deflate, deflateSync } from 'node:zlib'
import { syncFolder } from './sync-folder.ts'
import { writeWhole } from './write-whole.ts'

/** An object to be packed. `data` is without git's header. */
export interface PackedObject {
  readonly id: string
  readonly type: 'blob' | 'tree' | 'commit' | 'tag'
  readonly data: Buffer
}

const types = { commit: 1, tree: 2, blob: 3, tag: 4 } as const
const compress = promisify(deflate)
/** Below this many bytes the way to another thread costs more than the work. */
const small = 4096

/**
 * Writes many objects as one pack with its index (gitformat-pack(5), version 2): two files to be synced instead of one
 * for each object. The index comes last: without it git sees nothing.
 */
export async function writePack(
  folder: string,
  hash: 'sha1' | 'sha256',
  objects: readonly PackedObject[],
): Promise<void> {
  const entries = await Promise.all(objects.map(packedEntry))
  const head = Buffer.concat([Buffer.from('PACK'), uint32(2), uint32(objects.length)])
  const body = Buffer.concat([head, ...entries])
  const checksum = createHash(hash).update(body).digest()
  let offset = head.length
  const places = entries.map((entry, i) => {
    const place = { id: objects[i]?.id ?? '', offset, crc: crc32(entry) }
    offset += entry.length
    return place
  })
  const name = join(folder, `pack-${checksum.toString('hex')}`)
  await mkdir(folder, { recursive: true })
  await writeWhole(`${name}.pack`, join(folder, 'tmp_pack_'), Buffer.concat([body, checksum]))
  await writeWhole(`${name}.idx`, join(folder, 'tmp_idx_'), indexOf(places, checksum, hash))
  await syncFolder(folder)
}

async function packedEntry({ type, data }: PackedObject): Promise<Buffer> {
  const header: number[] = []
  let byte = (types[type] << 4) | (data.length & 15)
  for (let rest = Math.floor(data.length / 16); rest > 0; rest = Math.floor(rest / 128)) {
    header.push(byte | 0x80)
    byte = rest & 127
  }
  header.push(byte)
  const packed = data.length < small ? deflateSync(data, { level: 1 }) : await compress(data, { level: 1 })
  return Buffer.concat([Buffer.from(header), packed])
}

interface Place {
  readonly id: string
  readonly offset: number
  readonly crc: number
}

function indexOf(places: readonly Place[], checksum: Buffer, hash: string): Buffer {
  const sorted = [...places].sort((a, b) => (a.id < b.id ? -1 : 1))
  const below = Array.from(
    { length: 256 },
    (_, first) => sorted.filter((p) => Number.parseInt(p.id.slice(0, 2), 16) <= first).length,
  )
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
