import { nameOf } from '../../model/address.ts'
import type { Json, JsonObject, LoadedDocument } from '../../model/document.ts'
import type { Graph } from '../../model/graph.ts'
import type { ApprovalPredicate, ChangeRecord } from '../../model/record.ts'
import { bytesOfBase64 } from '../../model/ssh-key.ts'
import { column, type Row, type Table } from '../table.ts'

export const recordTables: readonly Table[] = [
  {
    name: 'changes',
    about: 'changes of the ledger, newest first',
    columns: [
      column('change', 'text', 'its number'),
      column('state', 'text', 'proposed, approved, implemented…'),
      column('title', 'text', 'first line of its commit'),
      column('type', 'text', 'standard, normal or emergency'),
      column('template', 'text', 'the StandardChange that a standard change follows'),
      column('risk', 'number', 'its score when it was opened, of 100'),
      column('openedAt', 'time', 'when it was proposed'),
      column('openedBy', 'text', 'by whom'),
      column('merged', 'time', 'when the merge was recognised'),
      column('commit', 'text', 'the commit on the target branch'),
      column('started', 'time', 'when it was begun'),
      column('finished', 'time', 'when it was applied'),
      column('brokenBy', 'text', 'who broke the glass for an emergency'),
      column('incident', 'text', 'number of the incident of an emergency'),
      column('reviewed', 'time', 'when somebody looked back at it'),
      column('reviewer', 'text', 'who did'),
      column('outcome', 'text', 'what they found: successful or unsuccessful'),
      column('hosts', 'list', 'hosts that it is about'),
      column('actions', 'number', 'how many actions its plan had'),
    ],
    shown: ['change', 'state', 'openedAt', 'openedBy', 'actions', 'title'],
    observed: false,
    rows: ({ changes }) => changes.map(changeRow),
  },
  {
    name: 'approvals',
    about: 'what people signed, for or against a change',
    columns: [
      column('change', 'text', 'number of the change'),
      column('state', 'text', 'state of the change'),
      column('approver', 'text', 'who signed'),
      column('decision', 'text', 'approve, reject, or dismiss where a forge took a review back'),
      column('at', 'time', 'when it was signed'),
      column('comment', 'text', 'what they added'),
      column('assertion', 'text', 'approver-signed, or forge-asserted: on whose word it stands'),
      column('title', 'text', 'first line of the commit'),
    ],
    shown: ['change', 'state', 'approver', 'decision', 'at', 'title'],
    observed: false,
    rows: ({ changes }) => changes.flatMap(approvalRows),
  },
  {
    name: 'grants',
    about: 'access that was granted, and whether it holds now',
    columns: [
      column('name', 'text', 'name of the AccessGrant'),
      column('role', 'text', 'what it allows'),
      column('people', 'list', 'who has it, teams taken apart'),
      column('on', 'map', 'which hosts'),
      column('expires', 'time', 'when it ends'),
      column('inForce', 'truth', 'whether it has not ended'),
      column('reason', 'text', 'why it was given'),
      column('place', 'text', 'file and line'),
    ],
    shown: ['name', 'role', 'people', 'expires', 'inForce', 'reason'],
    observed: false,
    rows: ({ graph, now }) => graph.ofKind('AccessGrant').map((grant) => grantRow(grant, graph, now)),
  },
]

function changeRow(record: ChangeRecord): Row {
  return {
    change: record.id,
    state: record.state,
    title: record.title,
    type: record.type,
    template: record.template ?? null,
    risk: record.risk?.score ?? null,
    openedAt: record.openedAt,
    openedBy: record.openedBy,
    merged: record.merge?.recognisedAt ?? null,
    commit: record.merge?.commit ?? null,
    started: record.deployment?.startedAt ?? null,
    finished: record.deployment?.finishedAt ?? null,
    brokenBy: record.emergency?.person ?? null,
    incident: record.emergency?.incident ?? null,
    reviewed: record.review?.at ?? null,
    reviewer: record.review?.reviewer ?? null,
    outcome: record.review?.outcome ?? null,
    hosts: [...new Set(record.actions.map((a) => a.host))],
    actions: record.actions.length,
  }
}

function approvalRows(record: ChangeRecord): readonly Row[] {
  return record.approvals.map((approval) => {
    const { approver, at } = approval
    const said = approval.assertion === 'forge-asserted' ? approval : predicateOf(approval.envelope.payload)
    return {
      change: record.id,
      state: record.state,
      approver,
      decision: said?.decision ?? null,
      at,
      comment: said !== undefined && 'comment' in said ? (said.comment ?? null) : null,
      assertion: approval.assertion,
      title: record.title,
    }
  })
}

/** What the envelope says. Whether its signature holds is judged where something depends on it: by apply and by audit. */
function predicateOf(payload: string): Partial<ApprovalPredicate> | undefined {
  try {
    const text = new TextDecoder().decode(bytesOfBase64(payload))
    const { predicate } = JSON.parse(text) as { predicate?: Partial<ApprovalPredicate> }
    return predicate
  } catch {
    return undefined
  }
}

function grantRow({ document, file, line }: LoadedDocument, graph: Graph, now: Date): Row {
  const { to, role, on, expires, reason } = document.spec as JsonObject
  const people = (Array.isArray(to) ? to : []).flatMap((who: Json) => peopleBehind(String(who), graph))
  return {
    name: document.metadata.name,
    role: nameOf(String(role)),
    people: [...new Set(people)].sort(),
    on: on ?? null,
    expires: expires ?? null,
    inForce: Date.parse(String(expires)) > now.getTime(),
    reason: reason ?? null,
    place: `${file}:${line}`,
  }
}

function peopleBehind(who: string, graph: Graph): readonly string[] {
  if (!/^team\//i.test(who)) return [`Person/${nameOf(who)}`]
  const members = graph.documents.get(`Team/${nameOf(who)}`)?.document.spec['members']
  return (Array.isArray(members) ? members : []).map((member: Json) => `Person/${nameOf(String(member))}`)
}
