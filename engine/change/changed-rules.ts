import { compareText } from '../model/diagnostic.ts'
import type { Json, JsonObject } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { CodeOwners } from './code-owners.ts'
import { sameJson } from './same-json.ts'

/** The documents of one commit that say who may agree to what, and the lines of its CODEOWNERS. */
export interface Rules {
  readonly graph: Graph
  readonly codeOwners?: CodeOwners
}

/** What of a document says who may agree to what, and when it may be carried out; kinds that stand here in no way say nothing of it. */
const judging: Readonly<Record<string, (spec: JsonObject) => unknown>> = {
  Policy: whole,
  ChangePolicy: ({ tests: _, ...spec }) => spec,
  StandardChange: whole,
  ChangeWindow: whole,
  Freeze: whole,
  Pipeline: whole,
  Rollout: ({ onFailure }) => onFailure ?? 'stop',
  Environment: ({ rollout, criticality, windows }) => [rollout ?? '', criticality ?? 3, windows ?? 'optional'],
  Team: ({ members }) => members ?? [],
  Person: ({ email, active, bot, sshKeys, accounts }) => [
    email ?? '',
    active ?? true,
    bot ?? false,
    sshKeys ?? [],
    accounts ?? [],
  ],
  // Who may move records and agree to requests, and what comes of them.
  RecordType: whole,
  CatalogItem: ({ title: _title, about: _about, words: _words, ...spec }) => spec,
  // What is run on hosts without a plan of its own.
  Runbook: ({ steps, who, inputs, required, status }) =>
    steps === undefined ? [] : [runnable(steps), who ?? '', inputs ?? {}, required ?? [], status ?? 'current'],
  Estate: ({ id, rule, changes }) => [id ?? '', rule ?? 'one-independent', changes ?? {}],
}

/** Kinds whose documents say such things. */
export const judgingKinds: readonly string[] = Object.keys(judging)

/** Steps, wherever they stand in the text. */
function runnable(steps: Json): Json {
  return !Array.isArray(steps)
    ? steps
    : steps.map((step: Json) => {
        const { line: _line, title: _title, ...rest } = step as JsonObject
        return rest
      })
}

function whole(spec: JsonObject): unknown {
  return spec
}

/**
 * Names of what judges changes and differs between two commits, sorted: addresses of documents, and `CODEOWNERS`. An owner counts where
 * there was the document before: whom a new one names as its owner takes nothing from anybody.
 */
export function changedRules(before: Rules, after: Rules): readonly string[] {
  const changed = new Set<string>()
  for (const [kind, pick] of Object.entries(judging)) {
    const old = new Map(before.graph.ofKind(kind).map((d) => [d.address, d.document]))
    for (const { address, document } of after.graph.ofKind(kind)) {
      const was = old.get(address)
      old.delete(address)
      if (was === document) continue
      if (was === undefined || !sameJson(pick(was.spec), pick(document.spec))) changed.add(address)
    }
    for (const address of old.keys()) changed.add(address)
  }
  for (const [address, { document }] of before.graph.documents) {
    const { owner } = document.metadata
    if (owner !== undefined || after.graph.documents.get(address)?.document.metadata.owner !== undefined)
      if (after.graph.documents.get(address)?.document.metadata.owner !== owner) changed.add(address)
  }
  if (!sameJson(linesOf(before), linesOf(after))) changed.add('CODEOWNERS')
  return [...changed].sort(compareText)
}

const linesOf = ({ codeOwners }: Rules): unknown =>
  (codeOwners?.rules ?? []).map(({ pattern, owners }) => [pattern, owners])
