import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Reads git's commit graph (gitformat-commit-graph(5)) and its notes of the paths that each commit touched: for git, it is
 * one source among others, and it takes several times as long to go through it.
 */

/** More commits than this to be looked at one by one, and git is faster. */
const mostCandidates = 2_000
const noParent = 0x70000000

/** One file of the graph; the commits of those below it come before its own. */
interface Layer {
  readonly bytes: Buffer
  /** How many commits lie in the layers below. */
  readonly below: number
  readonly count: number
  /** Bytes of a commit id. */
  readonly width: number
  readonly ids: number
  readonly commits: number
  readonly filters?: { readonly index: number; readonly data: number; readonly hashes: number }
}

/**
 * Newest first: the commits on the line up to `tip` that may have touched a path; very few of them did not. Undefined where
 * the graph does not say: it lacks the tip, history is no line, or there is something in it that is not known here.
 */
export async function maybeTouched(objects: string, tip: string, path: string): Promise<string[] | undefined> {
  if (!/^[\x21-\x7e]+$/.test(path)) return undefined
  try {
    return candidates(await readLayers(join(objects, 'info', 'commit-graphs')), tip, keysOf(path))
  } catch {
    return undefined
  }
}

function candidates(layers: readonly Layer[], tip: string, keys: readonly Key[]): string[] | undefined {
  const found: string[] = []
  let at = layers.map((layer) => positionOf(layer, tip)).find((position) => position !== undefined)
  if (at === undefined) return undefined
  let layer: Layer | undefined
  while (at !== noParent) {
    const position: number = at
    if (layer === undefined || position < layer.below || position >= layer.below + layer.count)
      layer = layers.find((l) => position >= l.below && position < l.below + l.count)
    if (layer === undefined) return undefined
    const { bytes, width, ids, commits } = layer
    const row = position - layer.below
    if (keys.every((key) => maybe(layer as Layer, row, key)))
      if (found.push(bytes.toString('hex', ids + row * width, ids + (row + 1) * width)) > mostCandidates)
        return undefined
    const parents = commits + row * (width + 16) + width
    if (bytes.readUInt32BE(parents + 4) !== noParent) return undefined
    at = bytes.readUInt32BE(parents)
  }
  return found
}

async function readLayers(folder: string): Promise<Layer[]> {
  const names = (await readFile(join(folder, 'commit-graph-chain'), 'utf8')).split('\n').filter((name) => name !== '')
  const layers: Layer[] = []
  let below = 0
  for (const name of names) {
    const layer = readLayer(await readFile(join(folder, `graph-${name}.graph`)), below)
    layers.push(layer)
    below += layer.count
  }
  return layers
}

function readLayer(bytes: Buffer, below: number): Layer {
  const [version, hash, chunks] = [bytes[4], bytes[5], bytes[6] ?? 0]
  if (bytes.toString('latin1', 0, 4) !== 'CGPH' || version !== 1 || (hash !== 1 && hash !== 2))
    throw new Error('a commit graph of another version')
  const places = new Map<string, number>()
  for (let i = 0; i < chunks; i += 1) {
    const row = 8 + 12 * i
    places.set(bytes.toString('latin1', row, row + 4), Number(bytes.readBigUInt64BE(row + 4)))
  }
  const place = (name: string) => places.get(name) ?? Number.NaN
  const count = bytes.readUInt32BE(place('OIDF') + 255 * 4)
  const layer = { bytes, below, count, width: hash === 1 ? 20 : 32, ids: place('OIDL'), commits: place('CDAT') }
  const [index, data] = [places.get('BIDX'), places.get('BDAT')]
  return index === undefined || data === undefined
    ? layer
    : { ...layer, filters: { index, data: data + 12, hashes: bytes.readUInt32BE(data + 4) } }
}

/** Where a commit stands, among all layers. */
function positionOf({ bytes, below, count, width, ids }: Layer, id: string): number | undefined {
  const wanted = Buffer.from(id, 'hex')
  let [low, high] = [0, count]
  while (low < high) {
    const middle = (low + high) >>> 1
    const order = bytes.compare(wanted, 0, width, ids + middle * width, ids + (middle + 1) * width)
    if (order === 0) return below + middle
    if (order < 0) low = middle + 1
    else high = middle
  }
  return undefined
}

/** What a path, or a folder on the way to it, is looked up by. */
interface Key {
  readonly first: number
  readonly step: number
}

/** The file first: it tells most. */
function keysOf(path: string): Key[] {
  const parts = path.split('/')
  const paths = parts.map((_, i) => parts.slice(0, parts.length - i).join('/'))
  return paths.map((p) => ({ first: murmur(p, 0x293ae76f), step: murmur(p, 0x7e646e2c) }))
}

/** A Bloom filter: what it denies is not there. Without one, anything may be. */
function maybe({ bytes, filters }: Layer, row: number, { first, step }: Key): boolean {
  if (filters === undefined) return true
  const from = row === 0 ? 0 : bytes.readUInt32BE(filters.index + 4 * (row - 1))
  const bits = (bytes.readUInt32BE(filters.index + 4 * row) - from) * 8
  if (bits === 0) return true
  for (let i = 0; i < filters.hashes; i += 1) {
    const bit = ((first + Math.imul(i, step)) >>> 0) % bits
    if (((bytes[filters.data + from + (bit >>> 3)] ?? 0xff) & (1 << (bit & 7))) === 0) return false
  }
  return true
}

/** MurmurHash3, 32 bits, of ASCII. */
function murmur(text: string, seed: number): number {
  const data = Buffer.from(text, 'latin1')
  const mix = (block: number) => {
    const turned = Math.imul(block, 0xcc9e2d51)
    return Math.imul((turned << 15) | (turned >>> 17), 0x1b873593)
  }
  const whole = data.length - (data.length % 4)
  let hash = seed
  for (let i = 0; i < whole; i += 4) {
    hash ^= mix(data.readUInt32LE(i))
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64
  }
  let rest = 0
  for (let i = data.length - 1; i >= whole; i -= 1) rest = (rest << 8) | (data[i] ?? 0)
  hash ^= mix(rest) ^ data.length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
