import { type Address, addressOf, nameOf } from '../../model/address.ts'
import type { LoadedDocument } from '../../model/document.ts'
import type { Graph } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'

/** What runbooks and articles have in common, and the steps of runbooks. */
export interface TextSpec {
  readonly title: string
  readonly services?: readonly string[]
  readonly symptoms?: readonly string[]
  readonly review?: string
  readonly audience?: string
  readonly status?: 'draft' | 'current' | 'retired'
  readonly steps?: readonly TextStep[]
  readonly mentions?: readonly { readonly address: string; readonly line: number }[]
}

interface TextStep {
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
  readonly services?: readonly string[]
  readonly expect?: string
  readonly local?: true
}

export interface Text {
  readonly document: LoadedDocument
  readonly spec: TextSpec
}

/** Runbooks and articles that are not retired. */
export const textsOf = (graph: Graph): readonly Text[] =>
  [...graph.ofKind('Article'), ...graph.ofKind('Runbook')]
    .map((document) => ({ document, spec: specOf<TextSpec>(document) }))
    .filter(({ spec }) => spec.status !== 'retired')

/** Whether a runbook or an article is meant by a name: its own, its address, or its file. */
export const isNamed = ({ address, file }: LoadedDocument, wanted: string): boolean =>
  nameOf(address) === wanted ||
  address.toLowerCase() === wanted.toLowerCase() ||
  file === wanted ||
  file === `runbooks/${wanted}.md`

/** `Team/platform` of what an owner is written as: `team/platform`. */
export function ownerOf({ document }: LoadedDocument): Address | undefined {
  const [kind, name] = (document.metadata.owner ?? '').split('/')
  if (name === undefined) return undefined
  return addressOf(kind?.toLowerCase() === 'person' ? 'Person' : 'Team', name)
}
