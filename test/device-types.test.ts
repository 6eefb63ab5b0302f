import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { checkDocuments } from '../engine/checks/check-documents.ts'
import { kinds } from '../engine/generated/kinds.ts'
import { validators } from '../engine/generated/validators.js'
import { buildGraph } from '../engine/graph/build-graph.ts'
import { loadDocuments } from '../engine/load/load-documents.ts'

/** Device types that others wrote, as NetBox's library has them. */
const folder = join(import.meta.dirname, '../../shared/data/device-types')
const there = existsSync(folder)

it.skipIf(!there)(
  `device types of NetBox's library are read as they are${there ? '' : ' (skipped, because there are none here)'}`,
  () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.yaml'))
      .map((path) => ({ path, bytes: new Uint8Array(readFileSync(join(folder, path))) }))
    const { documents, locate, diagnostics } = loadDocuments(files, { kinds })
    const { graph } = buildGraph(documents, kinds, locate)
    expect(diagnostics).toEqual([])
    expect(checkDocuments({ graph, kinds, validators, locate, now: new Date() })).toEqual([])
    expect(documents).toHaveLength(files.length)
    expect(new Set(documents.map((d) => d.document.kind))).toEqual(new Set(['DeviceType']))
  },
)
