import { editYaml } from '../drift/edit-yaml.ts'
import { canonicalJson } from '../model/canonical.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Json, JsonObject } from '../model/document.ts'
import type { Facts } from '../model/facts.ts'
import { codes } from './codes.ts'
import { loadWork } from './estate.ts'
import type { FactsOf } from './facts.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/** What came of writing facts down. */
export interface WrittenFacts {
  /** Files that were edited. */
  readonly files: readonly string[]
  /** Hosts whose document said all of it before. */
  readonly unchanged: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Writes the facts that templates may use into the `Host` documents of the working folder, in place. A host that was not
 * seen keeps what its document says.
 */
export async function writeFacts(world: World, seen: readonly FactsOf[]): Promise<WrittenFacts> {
  const { graph } = await loadWork(world)
  const texts = new Map<string, string>()
  const unchanged: string[] = []
  const diagnostics: Diagnostic[] = []
  for (const found of seen) {
    const document = graph.documents.get(`Host/${found.host}`)
    if ('failure' in found || document === undefined) continue
    const before = (document.document.spec as { readonly facts?: JsonObject }).facts
    const facts = { ...before, ...lasting(found.facts.facts) }
    if (before !== undefined && canonicalJson(before) === canonicalJson(facts)) {
      unchanged.push(found.host)
      continue
    }
    const text = texts.get(document.file) ?? (await world.folder.read(document.file)) ?? ''
    const edited = editYaml(text, document.index, [{ path: ['spec', 'facts'], set: facts }])
    if ('text' in edited) texts.set(document.file, edited.text)
    else {
      const summary = `the facts of ${found.host} can not be written: ${edited.refused}`
      diagnostics.push(report('facts-not-written', { summary, file: document.file, subject: document.address }))
    }
  }
  await world.folder.replace(texts)
  return { files: [...texts.keys()].sort(), unchanged, diagnostics }
}

/** What stays as it is from one look to the next: a fact that moves by itself would be another commit each day. */
function lasting({ hardware, os, kernel, interfaces }: Facts): JsonObject {
  const kept = {
    hardware,
    os: os === undefined ? undefined : { ...os, hostname: undefined },
    kernel: kernel === undefined ? undefined : { release: kernel.release },
    interfaces: interfaces
      ?.filter(({ name }) => name !== 'lo')
      .map(({ name, mac, addresses }) => ({ name, mac, addresses: addresses.filter((a) => !/^fe80:/i.test(a)) })),
  }
  // Without what is undefined.
  return JSON.parse(JSON.stringify(kept)) as Record<string, Json>
}
