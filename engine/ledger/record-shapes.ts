import { isSubject } from '../model/dsse.ts'
import { canonicalSshKey } from '../model/ssh-key.ts'
import { isVersion, parseReleaseName } from '../model/version.ts'
import { baselineName, parseChangeId } from './paths.ts'
import { anything, type Check, count, listOf, mapOf, object, oneOf, text } from './shape.ts'

const line = text(/^[^\x00-\x1f\x7f]{0,1000}$/)
const prose = text(/^[^\x00-\x08\x0b-\x1f\x7f]{0,20000}$/)
const instant = text(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/)
const digest = text(/^sha256:[0-9a-f]{64}$/)
const objectId = text(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)
const uuid = text(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
const name = text(/^[a-z0-9][a-z0-9.-]{0,62}$/)
const person = text(/^Person\/[a-z0-9][a-z0-9.-]{0,62}$/)
const actor = text(/^(?:engine|Person\/[a-z0-9][a-z0-9.-]{0,62})$/)
const resourceId = text(/^[A-Za-z][A-Za-z0-9]*:[^\x00-\x1f]+$/)
const accountNumber = text(/^[1-9]\d{0,19}$/)
const base64 = text(/^[A-Za-z0-9+/]*={0,2}$/)
const changeId: Check = (value, at) =>
  typeof value === 'string' && parseChangeId(value) !== undefined ? undefined : `${at} is no number of a change`
const unauthorisedId = text(/^UCH-\d{4}-\d{5,9}$/)
const release: Check = (value, at) =>
  typeof value === 'string' && parseReleaseName(value) !== undefined ? undefined : `${at} is no number of a release`
const version: Check = (value, at) =>
  typeof value === 'string' && isVersion(value) ? undefined : `${at} is no version`
const notes = text(/^[^\x00-\x08\x0b-\x1f\x7f]{0,1000000}$/)
const publicKey: Check = (value, at) =>
  typeof value === 'string' && canonicalSshKey(value) === value ? undefined : `${at} is no SSH public key`
const subject: Check = (value, at) => (isSubject(value) ? undefined : `${at} is no subject`)

const envelope = object({
  payloadType: oneOf('application/vnd.in-toto+json'),
  payload: base64,
  signatures: listOf(object({ keyid: line, sig: base64 })),
})

const action = object({
  id: line,
  host: name,
  resource: resourceId,
  verb: oneOf('create', 'update', 'delete', 'restart'),
  reversibility: oneOf('exact', 'inverse', 'best-effort', 'irreversible'),
  before: digest,
  after: digest,
})

const deployment = object(
  {
    environments: listOf(name),
    fences: mapOf(count),
    startedAt: instant,
    by: line,
    intents: listOf(object({ action, state: anything })),
    results: listOf(
      object(
        { id: line, outcome: oneOf('applied', 'failed', 'unknown', 'not-started') },
        { at: instant, detail: prose },
      ),
    ),
  },
  { finishedAt: instant, pause: object({ by: line, at: instant, reason: prose }), attestation: envelope },
)

const address = text(/^[A-Z][A-Za-z0-9]{0,62}\/[a-z0-9][a-z0-9.-]{0,62}$/)
const signedApproval = object({ assertion: oneOf('approver-signed'), approver: person, at: instant, envelope })
const forgeApproval = object({
  assertion: oneOf('forge-asserted'),
  approver: person,
  at: instant,
  decision: oneOf('approve', 'reject', 'dismiss'),
  head: objectId,
  forge: object(
    {
      host: line,
      repository: line,
      request: count,
      review: line,
      login: line,
      author: line,
      pushes: listOf(object({ login: line, after: objectId, at: instant }, { id: accountNumber, before: objectId })),
    },
    { id: accountNumber, authorId: accountNumber },
  ),
})
const approval: Check = (value, at) =>
  ((value as { assertion?: unknown } | null)?.assertion === 'forge-asserted' ? forgeApproval : signedApproval)(
    value,
    at,
  )

const word = text(/^[a-z][a-z-]{0,39}$/)
const declaredFrom: Check = (value, at) =>
  object({}, { commit: objectId, engine: line })(value, at) ??
  (Object.keys(value as object).length === 1 ? undefined : `${at} names a commit or an engine`)
/** An object that has these parts at least. */
const holding =
  (parts: Readonly<Record<string, Check>>): Check =>
  (value, at) =>
    mapOf(anything)(value, at) ??
    Object.entries(parts)
      .map(([part, check]) => check((value as Readonly<Record<string, unknown>>)[part], `${at}.${part}`))
      .find((fault) => fault !== undefined)
const clock = holding({ title: line, runs: listOf(line), stops: listOf(line) })
const reaction = holding({ on: holding({ type: line, move: line }), do: line })
/** As much of a declaration as whoever reads it goes by; the rest is judged by the kind's schema. */
const recordTypeSpec: Check = (value, at) =>
  object(
    {
      title: line,
      plural: line,
      prefix: text(/^[A-Z]{2,5}$/),
      fields: holding({ properties: mapOf(holding({})) }),
      states: mapOf(object({ title: line }, { next: line, final: oneOf(true, false) })),
      transitions: mapOf(
        object(
          { title: line },
          {
            from: listOf(word),
            to: word,
            sets: listOf(line),
            requires: listOf(line),
            comment: oneOf('optional', 'required'),
            who: prose,
            guards: listOf(object({ rule: prose, message: line })),
          },
        ),
      ),
    },
    {
      roles: mapOf(line),
      priority: object({ impact: line, urgency: line, matrix: mapOf(mapOf(line)) }),
      clocks: mapOf(clock),
      reactions: listOf(reaction),
    },
  )(value, at)

const envelopeOf = (kind: string) => ({ apiVersion: oneOf('plumbline/v1'), kind: oneOf(kind) })

/** What each sort of record has to look like. Nothing may be missing, and nothing be there that we don't know. */
export const shapes = {
  change: object(
    {
      ...envelopeOf('Change'),
      id: changeId,
      state: oneOf(
        ...['proposed', 'approved', 'rejected', 'superseded', 'expired', 'unapproved', 'scheduled'],
        ...['implementing', 'paused', 'implemented', 'failed', 'rolled-back', 'reviewed', 'closed'],
      ),
      title: line,
      type: oneOf('standard', 'normal', 'emergency'),
      openedAt: instant,
      openedBy: line,
      subject,
      actions: listOf(action),
      approvals: listOf(approval),
      transition: object({ uuid, name: line, at: instant, actor }),
    },
    {
      reasons: listOf(prose),
      merge: object({ commit: objectId, base: objectId, recognisedAt: instant }, { rules: objectId }),
      deployment,
      template: address,
      emergency: object({
        person,
        role: address,
        reason: prose,
        incident: line,
        at: instant,
        until: instant,
        envelope,
      }),
      risk: object({
        score: count,
        level: oneOf('low', 'medium', 'high'),
        factors: listOf(object({ points: count, because: prose }, { evidence: listOf(line) })),
      }),
      schedule: object({ from: instant, until: instant }, { window: address }),
      review: object(
        { reviewer: person, at: instant, outcome: oneOf('successful', 'unsuccessful'), envelope },
        { comment: prose },
      ),
      automatic: oneOf(true),
      only: listOf(object({ host: name, resource: resourceId })),
      rollbackOf: listOf(changeId),
      partial: oneOf(true),
      rolledBackBy: changeId,
    },
  ),
  genesis: object({
    ...envelopeOf('Genesis'),
    repository: line,
    adoption: objectId,
    engineKeys: listOf(publicKey),
    rule: oneOf('one-independent', 'solo'),
    at: instant,
  }),
  applied: object({
    ...envelopeOf('Applied'),
    host: name,
    resources: mapOf(
      object(
        {
          spec: digest,
          state: digest,
          created: oneOf(true, false),
          change: changeId,
          commit: objectId,
          approvers: listOf(person),
          at: instant,
        },
        { secret: oneOf(true) },
      ),
    ),
  }),
  lock: object(
    { ...envelopeOf('Lock'), environment: name, fence: count },
    { held: object({ change: line, by: line, since: instant, machine: line, pid: count, started: line }) },
  ),
  declared: object({
    ...envelopeOf('Record'),
    id: text(/^[A-Z]{2,5}-\d{4}-\d{5,9}$/),
    type: name,
    state: word,
    title: line,
    openedAt: instant,
    openedBy: actor,
    fields: mapOf(anything),
    links: listOf(object({ relation: line, to: line })),
    log: listOf(object({ at: instant, by: actor, move: word, state: word }, { for: line, via: line, text: prose })),
    transition: object({ uuid, name: word, at: instant, actor }),
  }),
  recordType: object({
    ...envelopeOf('RecordTypeDeclared'),
    name,
    at: instant,
    from: declaredFrom,
    spec: recordTypeSpec,
  }),
  baseline: object(
    {
      ...envelopeOf('Baseline'),
      name: text(baselineName),
      at: instant,
      by: line,
      commit: objectId,
      tree: objectId,
      catalogues: mapOf(digest),
      snapshots: mapOf(object({ digest, seen: instant })),
    },
    { comment: line },
  ),
  branch: object(
    {
      ...envelopeOf('Branch'),
      ref: line,
      recognised: objectId,
      open: listOf(changeId),
    },
    { rules: object({ commit: objectId, change: changeId, merge: objectId }) },
  ),
  release: object(
    {
      ...envelopeOf('Release'),
      id: release,
      state: oneOf('released', 'withdrawn'),
      pipeline: name,
      version,
      at: instant,
      by: line,
      commit: objectId,
      tree: objectId,
      catalogues: mapOf(digest),
      baseline: digest,
      changes: listOf(changeId),
      unrecorded: listOf(objectId),
      notes,
      promotions: listOf(
        object(
          {
            stage: name,
            environments: listOf(name),
            branch: line,
            commit: objectId,
            at: instant,
            by: line,
            readiness: listOf(object({ criterion: line, outcome: oneOf('met', 'unmet', 'waits'), evidence: prose })),
          },
          { forced: prose },
        ),
      ),
      gates: listOf(object({ gate: line, outcome: oneOf('passed', 'failed'), evidence: prose, at: instant, by: line })),
      transition: object({ uuid, name: line, at: instant, actor }),
    },
    { previous: version, withdrawn: object({ at: instant, by: line, reason: prose }) },
  ),
  unauthorised: object(
    {
      ...envelopeOf('UnauthorisedChange'),
      id: unauthorisedId,
      state: oneOf('open', 'reverted', 'adopted', 'ignored', 'gone'),
      host: name,
      resource: resourceId,
      attribution: oneOf('outside', 'unknown'),
      fields: listOf(line),
      intended: object({ spec: digest, change: changeId, commit: objectId, approvers: listOf(person) }),
      found: digest,
      foundAt: instant,
      clues: object(
        {},
        {
          file: object(
            { path: line, what: oneOf('changed', 'attributes changed', 'removed'), at: instant },
            { owner: line },
          ),
          packages: listOf(object({ at: instant, text: line })),
          logins: listOf(
            object({ user: line, how: oneOf('login', 'sudo'), at: instant }, { from: line, command: line }),
          ),
        },
      ),
      transition: object({ uuid, name: line, at: instant, actor }),
    },
    {
      evidence: object({ at: instant, command: digest, output: digest }),
      settled: object({ at: instant, because: line }, { change: changeId }),
    },
  ),
  lease: object(
    {
      ...envelopeOf('Lease'),
      state: oneOf('leased', 'released'),
      sort: oneOf('address', 'prefix', 'vlan'),
      scope: text(/^(?:-|[a-z0-9][a-z0-9.-]{0,62})$/),
      value: text(/^[0-9a-f.:/]{1,49}$/),
      pool: address,
      of: address,
      field: line,
      transition: object({ uuid, name: line, at: instant, actor }),
    },
    { branch: line, because: line },
  ),
  openUnauthorised: object({ ...envelopeOf('OpenUnauthorised'), open: listOf(unauthorisedId) }),
  engineKey: object({ ...envelopeOf('EngineKey'), publicKey, state: oneOf('active', 'retired'), at: instant }),
} as const
