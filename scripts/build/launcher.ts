import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Script } from 'node:vm'

/** The parts of a chunk that the loader hands to it. */
type Chunk = (
  exports: object,
  require: (name: string) => unknown,
  module: { exports: object },
  chunkUrl: string,
) => void

/** Where in the file of compiled code that of a chunk stands: by name, the first byte and how many. */
type Places = Readonly<Record<string, readonly [number, number]>>

const folder = join(__dirname, 'chunks')
const loaded = new Map<string, { exports: object }>()
const native = createRequire(__filename)

/** Every chunk that runs, as V8 holds it: the build asks them for their compiled code. */
export const scripts = new Map<string, Script>()

/**
 * Loads a chunk of the bundle and what it imports. What V8 made of them in the build comes along, so that nothing is compiled
 * that was compiled then; another version of V8 does not take it, and compiles as ever.
 */
export function load(name: string): object {
  const known = loaded.get(name)
  if (known !== undefined) return known.exports
  const module = { exports: {} }
  loaded.set(name, module)
  const filename = join(folder, name)
  const text = readFileSync(filename, 'utf8')
  // The first is small, and all that --version runs.
  const cachedData = loaded.size === 1 ? undefined : compiledOf(name)
  const script = new Script(text, { filename, ...(cachedData !== undefined && { cachedData }) })
  scripts.set(name, script)
  const run = script.runInThisContext() as Chunk
  const required = (wanted: string): unknown =>
    wanted.startsWith('./') ? load(wanted.slice(wanted.lastIndexOf('/') + 1)) : native(wanted)
  run(module.exports, required, module, pathToFileURL(filename).href)
  return module.exports
}

let compiled: { readonly bytes: Buffer; readonly places: Places } | undefined

function compiledOf(name: string): Buffer | undefined {
  compiled ??= readCompiled()
  const [start, length] = compiled.places[name] ?? []
  return start === undefined || length === undefined ? undefined : compiled.bytes.subarray(start, start + length)
}

/** A line of JSON that says where each begins, and all of them. */
function readCompiled(): { readonly bytes: Buffer; readonly places: Places } {
  try {
    const held = readFileSync(join(dirname(folder), 'compiled'))
    const end = held.indexOf('\n')
    return { bytes: held.subarray(end + 1), places: JSON.parse(held.toString('latin1', 0, end)) as Places }
  } catch {
    return { bytes: Buffer.alloc(0), places: {} }
  }
}
