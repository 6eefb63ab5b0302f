import { type Address, addressOf, nameOf } from '../model/address.ts'
import type { DeclaredRecord } from '../model/declared-record.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { JsonObject } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { specOf } from '../model/practice.ts'
import { compileRule, evaluate } from '../policy/rule.ts'
import { codes } from './codes.ts'
import type { MoveActor } from './judge-move.ts'

const report = reporter(codes)

/** What a `CatalogItem` says; its schema is `schemas/services/CatalogItem.yaml`. */
export interface CatalogItemSpec {
  readonly title: string
  readonly about?: string
  readonly words?: readonly string[]
  readonly service?: string
  readonly team: string
  readonly impact?: string
  readonly urgency?: string
  readonly target?: string
  readonly form: JsonObject & { readonly properties: JsonObject; readonly required?: readonly string[] }
  readonly eligible?: string
  readonly approvals?: readonly CatalogApproval[]
  readonly fulfilment: {
    readonly pullRequest?: DocumentsToPropose
    readonly runbook?: { readonly name: string; readonly inputs?: Readonly<Record<string, string>> }
    readonly task?: { readonly instructions?: string }
  }
}

export interface CatalogApproval {
  readonly teams?: readonly string[]
  readonly people?: readonly string[]
  readonly manager?: true
}

export interface DocumentsToPropose {
  readonly title?: string
  readonly documents?: readonly { readonly file: string; readonly document: JsonObject }[]
  readonly patches?: readonly { readonly document: string; readonly set?: JsonObject; readonly add?: JsonObject }[]
}

export interface CatalogItem {
  readonly name: string
  readonly spec: CatalogItemSpec
}

export const catalogOf = (graph: Graph): readonly CatalogItem[] =>
  graph.ofKind('CatalogItem').map((d) => ({ name: nameOf(d.address), spec: specOf<CatalogItemSpec>(d) }))

export function catalogItem(graph: Graph, name: string): CatalogItem | undefined {
  const found = graph.documents.get(addressOf('CatalogItem', name))
  return found && { name, spec: specOf<CatalogItemSpec>(found) }
}

/** Why somebody may not ask for an item; undefined where they may. Without answers, whatever the answers would be. */
export function eligibilityFault(
  { name, spec }: CatalogItem,
  requester: MoveActor,
  form: JsonObject,
): Diagnostic | undefined {
  if (spec.eligible === undefined) return undefined
  const compiled = compileRule(spec.eligible, ['requester', 'form'], { subject: `CatalogItem/${name}` })
  const answer = 'diagnostic' in compiled ? compiled : evaluate(compiled.rule, { requester, form })
  const refuse = (why: string): Diagnostic =>
    report('request-refused', {
      summary: `${requester.name} may not ask for ${name}: ${why}`,
      subject: `CatalogItem/${name}`,
    })
  if ('diagnostic' in answer) return refuse(answer.diagnostic.summary)
  return answer.value ? undefined : refuse('the item says who may')
}

/** How far a request is agreed to. */
export interface Agreement {
  /** One of each has to agree still, in words. */
  readonly missing: readonly string[]
  readonly given: readonly Address[]
}

/**
 * Who has agreed to a request, judged by the documents of now: each entry of the item's approvals needs one person of it, who is
 * not the one who asked. What the record says of approvers is not believed.
 */
export function agreementOn(item: CatalogItem, record: DeclaredRecord, graph: Graph): Agreement {
  const requester = requesterOf(record)
  const given = record.log
    .filter((line) => line.move === 'approve')
    .map((line) => line.for ?? line.by)
    .filter((who): who is Address => who.startsWith('Person/') && who !== requester && isActive(graph, who as Address))
  const missing = (item.spec.approvals ?? []).flatMap((approval) => {
    const who = approversOf(approval, requester, graph)
    return given.some((person) => who.people.has(person)) ? [] : [who.words]
  })
  return { missing, given: [...new Set(given)] }
}

/** Who asked: as the record's field says, else who opened it. */
export function requesterOf({ fields, log, openedBy }: DeclaredRecord): string {
  const { requester } = fields
  return typeof requester === 'string' ? requester : (log[0]?.for ?? openedBy)
}

function approversOf(approval: CatalogApproval, requester: string, graph: Graph) {
  const people = new Set<Address>()
  const words: string[] = []
  for (const team of approval.teams ?? []) {
    const members = graph.documents.get(addressOf('Team', bare(team)))?.document.spec['members']
    for (const member of Array.isArray(members) ? members : []) people.add(addressOf('Person', bare(String(member))))
    words.push(`Team/${bare(team)}`)
  }
  for (const person of approval.people ?? []) {
    people.add(addressOf('Person', bare(person)))
    words.push(`Person/${bare(person)}`)
  }
  if (approval.manager === true) {
    const manager = graph.documents.get(requester as Address)?.document.spec['manager']
    if (typeof manager === 'string') people.add(addressOf('Person', bare(manager)))
    words.push(`the manager of ${requester}`)
  }
  return { people, words: words.join(' or ') }
}

const bare = (name: string): string => name.slice(name.indexOf('/') + 1)

const isActive = (graph: Graph, person: Address): boolean => {
  const spec = graph.documents.get(person)?.document.spec
  return spec !== undefined && spec['active'] !== false
}
