import type { LabelledDocument } from '../../events/about.ts'
import type { CloudEventMeaning } from '../../events/cloudevents.ts'
import { nameOf } from '../../model/address.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { Graph } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'
import type { EstateAt } from '../estate-at.ts'
import type { World } from '../world.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

export interface EventSource {
  readonly name: string
  readonly format: 'alertmanager' | 'cloudevents'
  readonly documents: readonly LabelledDocument[]
  readonly meaning: CloudEventMeaning
  /** `env/ALERTMANAGER_TOKEN` */
  readonly secret: string
}

interface SourceSpec extends CloudEventMeaning {
  readonly format: EventSource['format']
  readonly token: { readonly secret: string }
  readonly documents?: readonly LabelledDocument[]
}

/** Fewer characters can be guessed, or are a word. */
const shortest = 16

/** Who may send events, sorted by name. */
export function eventSources(graph: Graph): readonly EventSource[] {
  return graph.ofKind('EventSource').map((document) => {
    const { format, token, documents = [], fingerprint, resolved } = specOf<SourceSpec>(document)
    const meaning = { ...(fingerprint !== undefined && { fingerprint }), ...(resolved !== undefined && { resolved }) }
    return { name: nameOf(document.address), format, documents, meaning, secret: token.secret }
  })
}

export interface KnownSource {
  readonly source: EventSource
  /** SHA-256 of its token, in hexadecimal digits: tokens are compared by it, so that time tells nothing of them. */
  readonly digest: string
}

/** The sources whose tokens this machine has, and what is wrong with the others. */
export async function knownSources(
  world: World,
  { graph, compile }: EstateAt,
): Promise<{ readonly sources: readonly KnownSource[]; readonly findings: readonly Diagnostic[] }> {
  const all = eventSources(graph)
  if (all.length === 0) return { sources: [], findings: [] }
  const answers = await (await world.secrets()).resolve(
    [...new Set(all.map((s) => s.secret))].map((reference) => {
      const sealed = compile.sealed(reference)
      return { reference, ...(sealed !== undefined && { sealed }) }
    }),
  )
  const sources: KnownSource[] = []
  const findings: Diagnostic[] = []
  for (const source of all) {
    const answer = answers.get(source.secret) ?? { problem: 'nobody knows it' }
    const value = 'value' in answer ? answer.value.trim() : ''
    const digest = world.sha256(value)
    const problem =
      'problem' in answer
        ? `can't be had here: ${answer.problem}`
        : value.length < shortest
          ? `has fewer than ${shortest} characters`
          : sources.some((s) => s.digest === digest)
            ? 'is that of another source'
            : undefined
    if (problem === undefined) sources.push({ source, digest })
    else
      findings.push(
        report('event-source-token', {
          summary: `the token ${source.secret} of ${source.name} ${problem}`,
          subject: `EventSource/${source.name}`,
        }),
      )
  }
  return { sources, findings }
}
