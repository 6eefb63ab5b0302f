import { type Address, addressOf, nameOf } from '../../model/address.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { JsonPath, LoadedDocument } from '../../model/document.ts'
import { type Graph, targets } from '../../model/graph.ts'
import { type PracticeInput, specOf } from '../../model/practice.ts'
import { codes } from './codes.ts'
import { isNamed, ownerOf, type Text, textsOf } from './texts.ts'

const report = reporter(codes)

type Tell = (code: keyof typeof codes, document: LoadedDocument, path: JsonPath, summary: string) => void

/** Runbooks and articles that nobody looks after, that speak of what is gone, or that contradict each other. */
export function checkKnowledge({ graph, locate, now }: PracticeInput): readonly Diagnostic[] {
  const findings: Diagnostic[] = []
  const tell: Tell = (code, document, path, summary) =>
    findings.push(report(code, { summary, ...locate(document, path), subject: document.address }))
  checkCatalog(graph, tell)
  const texts = textsOf(graph)
  if (texts.length === 0) return findings
  const today = now.toISOString().slice(0, 10)
  const kinds = kindsIn(graph)
  for (const { document, spec } of texts) {
    if (spec.review !== undefined && spec.review < today)
      tell('knowledge-review-over', document, ['spec', 'review'], `it was to be looked at by ${spec.review}`)
    const left = whoLeft(graph, document)
    if (left !== undefined) tell('knowledge-owner-left', document, ['metadata', 'owner'], left)
    for (const [i, { address }] of (spec.mentions ?? []).entries()) {
      const kind = kinds.get(address.slice(0, address.indexOf('/')).toLowerCase())
      if (kind === undefined) continue
      const named = addressOf(kind, nameOf(address))
      if (!graph.documents.has(named))
        tell('knowledge-mention-missing', document, ['spec', 'mentions', i, 'address'], `there is no ${named}`)
    }
    checkSteps(graph, { document, spec }, tell)
  }
  checkTitles(texts, tell)
  checkSymptoms(texts, tell)
  return findings
}

function checkCatalog(graph: Graph, tell: Tell): void {
  for (const item of graph.ofKind('CatalogItem')) {
    const { fulfilment } = specOf<{ readonly fulfilment?: { readonly runbook?: { readonly name: string } } }>(item)
    const name = fulfilment?.runbook?.name
    if (name === undefined || graph.ofKind('Runbook').some((runbook) => isNamed(runbook, name))) continue
    tell('catalog-runbook-missing', item, ['spec', 'fulfilment', 'runbook', 'name'], `there is no runbook ${name}`)
  }
}

/** The kinds that documents are of, by how they are written in texts. */
function kindsIn(graph: Graph): ReadonlyMap<string, string> {
  const kinds = new Map<string, string>()
  for (const address of graph.documents.keys()) {
    const kind = address.slice(0, address.indexOf('/'))
    if (!kinds.has(kind.toLowerCase())) kinds.set(kind.toLowerCase(), kind)
  }
  return kinds
}

function whoLeft(graph: Graph, document: LoadedDocument): string | undefined {
  const owner = ownerOf(document)
  const found = owner === undefined ? undefined : graph.documents.get(owner)
  if (owner === undefined || found === undefined) return undefined
  const isHere = (person: Address): boolean => graph.documents.get(person)?.document.spec['active'] !== false
  if (found.document.kind === 'Person') return isHere(owner) ? undefined : `${owner} has left`
  const members = targets(graph, owner, 'spec.members').filter((m) => m.startsWith('Person/'))
  return members.length > 0 && !members.some(isHere) ? `everybody of ${owner} has left` : undefined
}

function checkSteps(graph: Graph, { document, spec }: Text, tell: Tell): void {
  for (const [i, { name, labels = {}, services = [], expect }] of (spec.steps ?? []).entries()) {
    const at: JsonPath = ['spec', 'steps', i, 'name']
    if (expect === undefined)
      tell('runbook-step-unchecked', document, at, `the step ${name} does not say what it has to print`)
    const wanted = Object.entries(labels)
    const some = graph
      .ofKind('Host')
      .some((h) => wanted.every(([key, value]) => h.document.metadata.labels?.[key] === value))
    if (wanted.length > 0 && !some)
      tell('runbook-step-nowhere', document, at, `no host has the labels ${wanted.map((l) => l.join('=')).join(' ')}`)
    for (const service of services) {
      const found = graph.documents.get(addressOf('Service', service))
      if (found !== undefined && (specOf<{ readonly hosts?: readonly string[] }>(found).hosts ?? []).length === 0)
        tell('runbook-step-nowhere', document, at, `${found.address} has no hosts`)
    }
  }
}

function checkTitles(texts: readonly Text[], tell: Tell): void {
  const known = new Map<string, LoadedDocument>()
  for (const { document, spec } of texts) {
    const title = spec.title.trim().toLowerCase()
    const first = known.get(title)
    if (first === undefined) known.set(title, document)
    else tell('knowledge-title-twice', document, ['spec', 'title'], `${first.address} has this title as well`)
  }
}

function checkSymptoms(texts: readonly Text[], tell: Tell): void {
  const known = new Map<string, LoadedDocument>()
  for (const { document, spec } of texts) {
    if (document.document.kind !== 'Runbook' || spec.status === 'draft') continue
    for (const [i, symptom] of (spec.symptoms ?? []).entries())
      for (const service of spec.services ?? []) {
        const first = known.get(`${service} ${symptom}`)
        if (first === undefined) known.set(`${service} ${symptom}`, document)
        else
          tell(
            'runbooks-contradict',
            document,
            ['spec', 'symptoms', i],
            `${first.address} is for ${symptom} of Service/${service} as well`,
          )
      }
  }
}
