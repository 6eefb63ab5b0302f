import { repositoryError } from './codes.ts'
import type { GitObject, ObjectReader } from './object-reader.ts'
import type { ObjectWriter } from './object-writer.ts'

interface TreeNode {
  readonly mode: string
  readonly id: string
  /** The entry as the tree holds it: large folders are written again and again, with one entry changed. */
  readonly bytes: Buffer
}

type Tree = ReadonlyMap<string, TreeNode>

const folderMode = '40000'
const fileMode = '100644'
/** Trees kept in memory: those on the way to the newest records, and then some. */
const kept = 2000

/** Reads and edits trees of one repository. What was written and is not on the disk yet is read from `objects`. */
export class TreeStore {
  readonly #reader: ObjectReader
  readonly #cache = new Map<string, Tree>()

  constructor(reader: ObjectReader) {
    this.#reader = reader
  }

  /** Text of a file below a tree; undefined where there is none. */
  async file(root: string, path: string, objects?: ObjectWriter): Promise<string | undefined> {
    const { folder, name } = split(path)
    const node = (await this.#folder(root, folder, objects))?.get(name)
    if (node === undefined || node.mode === folderMode) return undefined
    return (await this.#object(node.id, objects)).toString()
  }

  /** Names directly below a folder, sorted. */
  async list(root: string, folder: string, objects?: ObjectWriter): Promise<readonly string[]> {
    const tree = await this.#folder(root, folder.split('/').filter(Boolean), objects)
    return [...(tree?.keys() ?? [])].sort()
  }

  /** Writes files (null removes) into a tree and returns the id of the new one. Costs the folders on the way, no more. */
  async edit(
    root: string | undefined,
    files: ReadonlyMap<string, string | null>,
    objects: ObjectWriter,
  ): Promise<string> {
    let id = root
    for (const [path, content] of files) {
      const blob = content === null ? null : objects.write('blob', Buffer.from(content))
      const { folder, name } = split(checkPath(path))
      id = await this.#put(id, [...folder, name], blob, objects)
    }
    return id ?? this.#write(new Map(), objects)
  }

  /** Other content in files, whose modes stay; null removes one, and a new one is an ordinary file. */
  async replace(root: string, files: ReadonlyMap<string, Uint8Array | null>, objects: ObjectWriter): Promise<string> {
    let id: string | undefined = root
    for (const [path, content] of files) {
      const { folder, name } = split(path)
      const node = id === undefined ? undefined : (await this.#folder(id, folder, objects))?.get(name)
      if (node !== undefined && !node.mode.startsWith('100')) throw new Error(`${path} in ${root} is no file`)
      const blob = content === null ? null : objects.write('blob', Buffer.from(content))
      id = await this.#put(id, [...folder, name], blob, objects, node?.mode)
    }
    return id ?? this.#write(new Map(), objects)
  }

  async #put(
    id: string | undefined,
    path: readonly string[],
    blob: string | null,
    objects: ObjectWriter,
    mode = fileMode,
  ): Promise<string | undefined> {
    const [name = '', ...rest] = path
    const tree = new Map(id === undefined ? [] : await this.#tree(id, objects))
    if (rest.length === 0) {
      if (blob === null) tree.delete(name)
      else tree.set(name, nodeOf(mode, name, blob))
    } else {
      const below = tree.get(name)
      const child = await this.#put(below?.mode === folderMode ? below.id : undefined, rest, blob, objects, mode)
      if (child === undefined) tree.delete(name)
      else tree.set(name, nodeOf(folderMode, name, child))
    }
    return tree.size === 0 ? undefined : this.#write(tree, objects, id)
  }

  #write(tree: Tree, objects: ObjectWriter, before?: string): string {
    const entries = [...tree]
    const sorted = entries.every((entry, i) => i === 0 || sortKey(entries[i - 1]) < sortKey(entry))
    if (!sorted) entries.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
    const id = objects.write('tree', Buffer.concat(entries.map(([, node]) => node.bytes)), before)
    this.#keep(id, sorted ? tree : new Map(entries))
    return id
  }

  async #folder(root: string, folder: readonly string[], objects?: ObjectWriter): Promise<Tree | undefined> {
    let tree = await this.#tree(root, objects)
    for (const name of folder) {
      const node = tree.get(name)
      if (node?.mode !== folderMode) return undefined
      tree = await this.#tree(node.id, objects)
    }
    return tree
  }

  async #tree(id: string, objects?: ObjectWriter): Promise<Tree> {
    const known = this.#cache.get(id)
    if (known !== undefined) return known
    const tree = parseTree(await this.#object(id, objects), id.length / 2)
    this.#keep(id, tree)
    return tree
  }

  #keep(id: string, tree: Tree): void {
    this.#cache.set(id, tree)
    const oldest = this.#cache.keys().next()
    if (this.#cache.size > kept && oldest.value !== undefined) this.#cache.delete(oldest.value)
  }

  async #object(id: string, objects?: ObjectWriter): Promise<Buffer> {
    const object: Pick<GitObject, 'data'> | undefined = objects?.pending(id) ?? (await this.#reader.read(id))
    if (object === undefined) throw repositoryError('repository-corrupt', `object ${id} of the ledger is missing`)
    return object.data
  }
}

function nodeOf(mode: string, name: string, id: string): TreeNode {
  return { mode, id, bytes: Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]) }
}

/** git's order: a folder sorts as if a slash followed its name. */
function sortKey(entry: readonly [string, TreeNode] | undefined): string {
  if (entry === undefined) return ''
  return entry[1].mode === folderMode ? `${entry[0]}/` : entry[0]
}

function parseTree(data: Buffer, idLength: number): Tree {
  const tree = new Map<string, TreeNode>()
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(0x20, at)
    const end = data.indexOf(0, space)
    const next = end + 1 + idLength
    const id = data.subarray(end + 1, next).toString('hex')
    const mode = data.subarray(at, space).toString()
    tree.set(data.subarray(space + 1, end).toString(), { mode, id, bytes: data.subarray(at, next) })
    at = next
  }
  return tree
}

function split(path: string): { readonly folder: readonly string[]; readonly name: string } {
  const parts = path.split('/')
  return { folder: parts.slice(0, -1), name: parts.at(-1) ?? '' }
}

/** Paths of records are made by us: anything else would be a mistake of ours. */
function checkPath(path: string): string {
  const fine = path.split('/').every((part) => /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(part))
  if (!fine) throw new Error(`no path for a record: ${JSON.stringify(path)}`)
  return path
}
