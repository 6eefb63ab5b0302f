import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Scalar, visit } from 'yaml'
import type { Diagnostic } from '../model/diagnostic.ts'
import { report } from './report.ts'

/** Actions by full commit id, images by digest, and what lies in the repository itself. */
const pinned = /^(?:\.{1,2}\/|docker:\/\/[^@\s]+@sha256:[0-9a-f]{64}$|[^@\s]+@[0-9a-f]{40}(?:[0-9a-f]{24})?$)/

/** Workflow files of the branch that is applied, by path. */
export function workflowFindings(files: ReadonlyMap<string, string>): readonly Diagnostic[] {
  return [...files].flatMap(([file, text]) => [...findingsOf(file, text)])
}

function* findingsOf(file: string, text: string): Generator<Diagnostic> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'silent' })
  if (document.errors.length > 0 || !isMap(document.contents)) {
    yield report('setup-workflow-unread', 'it is no YAML that a workflow can be', { file })
    return
  }
  const lineOf = (offset: number | undefined): number => lines.linePos(offset ?? 0).line
  const found: Diagnostic[] = []
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value !== 'uses' || !isScalar(value)) return
      const used = String(value.value)
      if (pinned.test(used)) return
      const shown = JSON.stringify(used.slice(0, 100))
      found.push(report('setup-unpinned', `${shown} is not pinned`, { file, line: lineOf(value.range?.[0]) }))
    },
  })
  yield* found
  const on = document.contents.items.find((pair) => isOn(pair.key))?.value
  for (const event of eventsOf(on, document))
    if (event.value === 'pull_request_target')
      yield report('setup-request-target', 'it runs on pull_request_target', { file, line: lineOf(event.range?.[0]) })
}

/** One event, a list of them, or a map by their names. */
function eventsOf(on: unknown, document: Document): readonly Scalar[] {
  const node = isAlias(on) ? on.resolve(document) : on
  const nodes = isMap(node) ? node.items.map((pair) => pair.key) : isSeq(node) ? node.items : [node]
  return nodes.flatMap((event) => {
    const meant = isAlias(event) ? event.resolve(document) : event
    return isScalar(meant) ? [meant] : []
  })
}

/** YAML 1.1 takes `on` for true; as text and as truth it is the same key to GitHub. */
const isOn = (key: unknown): boolean => isScalar(key) && (key.value === 'on' || key.value === true)
