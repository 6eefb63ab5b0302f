import { isActiveHuman, type People, peopleOf, referenced } from '../change/people.ts'
import { transitionOf } from '../ledger/declared-law.ts'
import { type Address, addressOf, nameOf } from '../model/address.ts'
import type { DeclaredRecord, RecordType } from '../model/declared-record.ts'
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

/** Fields whose answers people agree to. */
const agreedTo: ReadonlySet<string> = new Set(['item', 'form', 'reason', 'requester', 'title'])

/**
 * Who has agreed to a request, judged by the documents of now: each entry of the item's approvals needs one person of it, who neither
 * asked nor is asked for. What was said before the request came to say something else does not count.
 */
export function agreementOn(
  item: CatalogItem,
  { spec }: Pick<RecordType, 'spec'>,
  record: DeclaredRecord,
  graph: Graph,
): Agreement {
  const asking = new Set<string>(askersOf(record, graph))
  const changed = record.log.findLastIndex(({ move }) =>
    transitionOf(spec, move)?.sets?.some((field) => agreedTo.has(field)),
  )
  const people = peopleIn(graph)
  const given = record.log
    .slice(changed + 1)
    .filter((line) => line.move === 'approve')
    .map((line) => line.for ?? line.by)
    .filter((who): who is Address => !asking.has(who) && isActiveHuman(people.byAddress.get(who as Address)))
  const requester = requesterOf(record, graph)
  const missing = (item.spec.approvals ?? []).flatMap((approval) => {
    const who = approversOf(approval, requester, graph)
    return given.some((person) => who.people.has(person)) ? [] : [who.words]
  })
  return { missing, given: [...new Set(given)] }
}

/** For whom it is asked: as the record's field says, else who asked. A person by their address, however they were spelled. */
export function requesterOf({ fields, log, openedBy }: DeclaredRecord, graph: Graph): string {
  const { requester } = fields
  const said = typeof requester === 'string' ? requester : (log[0]?.for ?? openedBy)
  return personNamed(said, graph) ?? said
}

/** Everybody who has a hand in what is asked: for whom it is, and who asked. */
export function askersOf(record: DeclaredRecord, graph: Graph): readonly Address[] {
  const { openedBy, log } = record
  const named = [requesterOf(record, graph), openedBy, log[0]?.for ?? ''].flatMap(
    (who) => personNamed(who, graph) ?? [],
  )
  return [...new Set(named)]
}

/** The person that a text means: an address in any spelling, a bare name, or one's e-mail. */
export function personNamed(text: string, graph: Graph): Address | undefined {
  const people = peopleIn(graph)
  const plain = text.trim().toLowerCase()
  const [found] = plain.includes('@') ? people.byEmail(plain.replace(/^mailto:|^mail:/, '')) : []
  if (found !== undefined) return found.address
  const address = referenced(plain, 'Person')
  return people.byAddress.has(address) ? address : undefined
}

const known = new WeakMap<Graph, People>()

function peopleIn(graph: Graph): People {
  const people = known.get(graph) ?? peopleOf(graph)
  known.set(graph, people)
  return people
}

function approversOf(approval: CatalogApproval, requester: string, graph: Graph) {
  const people = new Set<Address>()
  const words: string[] = []
  for (const team of approval.teams ?? []) {
    const members = graph.documents.get(addressOf('Team', nameOf(team)))?.document.spec['members']
    for (const member of Array.isArray(members) ? members : []) people.add(addressOf('Person', nameOf(String(member))))
    words.push(`Team/${nameOf(team)}`)
  }
  for (const person of approval.people ?? []) {
    people.add(addressOf('Person', nameOf(person)))
    words.push(`Person/${nameOf(person)}`)
  }
  if (approval.manager === true) {
    const manager = graph.documents.get(requester as Address)?.document.spec['manager']
    if (typeof manager === 'string') people.add(addressOf('Person', nameOf(manager)))
    words.push(`the manager of ${requester}`)
  }
  return { people, words: words.join(' or ') }
}
