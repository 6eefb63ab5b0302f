/** Turns the short form in which cases are written into what presenters are told: what a case does not say is as on most days. */
import type { Address } from '../model/address.ts'
import type { Digest } from '../model/canonical.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Action, ApprovalRequirement, Plan, Risk, UnknownResource, WavePlan } from '../model/plan.ts'
import type { RequestPage } from '../model/pull-request.ts'
import type { FieldChange, ResourceId, Reversibility, Verb } from '../model/resource.ts'
import type { Approver, PlanTold, RefusedTold } from './told.ts'

/** The same thing on one or more hosts. */
interface CaseAction {
  readonly on: readonly string[]
  /** `update file:/etc/motd` */
  readonly do: `${Verb} ${ResourceId}`
  readonly fields?: readonly FieldChange[]
  readonly undo?: Reversibility
  readonly cause?: Action['origin']['cause']
  readonly setBy?: string
  readonly secrets?: readonly string[]
  readonly access?: true
}

export interface CasePlan {
  readonly name: string
  readonly request?: Partial<RequestPage> | null
  readonly actions?: readonly CaseAction[]
  readonly waves?: readonly WavePlan[]
  readonly unknowns?: readonly UnknownResource[]
  readonly unchanged?: number
  readonly planned?: readonly string[]
  readonly total?: number
  readonly risk?: Risk
  readonly reach?: PlanTold['reach'] & { readonly touched: readonly Address[] }
  readonly denials?: readonly Diagnostic[]
  readonly warnings?: readonly Diagnostic[]
  readonly diagnostics?: readonly Diagnostic[]
  readonly findings?: readonly Diagnostic[]
  readonly plan?: Partial<Plan>
  readonly missing?: readonly {
    readonly requirement: ApprovalRequirement
    readonly have?: number
    readonly people?: readonly Approver[]
  }[]
  readonly counted?: PlanTold['standing']['counted']
  readonly refusedApprovals?: PlanTold['standing']['refused']
  readonly blocked?: readonly Diagnostic[]
  readonly authors?: readonly Address[]
  readonly names?: Readonly<Record<Address, string>>
  readonly times?: PlanTold['times']
  readonly services?: PlanTold['services']
  readonly policies?: readonly Address[]
  readonly record?: PlanTold['record']
  readonly desiredOnly?: string
  readonly supersededBy?: string
  readonly answersCommands?: boolean
  /** No plan could be made. */
  readonly refused?: readonly Diagnostic[]
  /** Each host of a wave becomes so many, with something of its own to do: to make a plan that is far too long. */
  readonly times_over?: number
}

const commit = (letters: string): string => letters.repeat(40).slice(0, 40)
/** Looks like a digest, and is the same for the same value (FNV-1a, eight times over). */
function digest(value: unknown): Digest {
  const text = JSON.stringify(value)
  const parts = Array.from({ length: 8 }, (_, seed) => {
    let hash = 0x811c9dc5 ^ seed
    for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
    return (hash >>> 0).toString(16).padStart(8, '0')
  })
  return `sha256:${parts.join('')}`
}

const surroundings = (told: CasePlan) => ({
  ...(told.request !== null && { request: { ...request, ...told.request } }),
  head: commit('9f2c41d07b'),
  findings: told.findings ?? [],
  links: {
    run: 'https://github.com/lantern/estate/actions/runs/7',
    artifact: 'https://github.com/lantern/estate/actions/runs/7/artifacts/3',
    repository: 'https://github.com/lantern/estate',
  },
  engine: '0.1.0',
  ...(told.answersCommands !== false && { answersCommands: true }),
  ...(told.supersededBy !== undefined && { supersededBy: told.supersededBy }),
})

const request: RequestPage = {
  host: 'github.com',
  repository: 'lantern/estate',
  number: 41,
  target: 'main',
  head: commit('9f2c41d07b'),
  author: { login: 'mdewit', id: '1001', bot: false },
  reviews: [],
  pushes: [],
  state: 'open',
  title: 'More connections for the web servers',
  body: '',
  branch: 'web-connections',
  fork: false,
  draft: false,
  labels: [],
  url: 'https://github.com/lantern/estate/pull/41',
  openedAt: '2026-11-20T09:12:00Z',
  mergeable: 'yes',
}

export function toldOf(given: CasePlan): PlanTold | RefusedTold {
  const around = surroundings(given)
  if (given.refused !== undefined) return { ...around, refused: given.refused }
  const told = given.times_over === undefined ? given : multiplied(given, given.times_over)
  const actions = (told.actions ?? []).flatMap(actionsOf)
  const hosts = [...new Set(actions.map((a) => a.host))]
  const missing = told.missing ?? []
  const blocked = told.blocked ?? []
  const plan: Plan = {
    version: 1,
    engine: '0.1.0',
    createdAt: '2026-11-22T16:00:00Z',
    subject: {
      repository: '3b0f6a52-7d8e-4c1b-9a53-1f0f5f5d1c11',
      ref: 'refs/heads/main',
      base: commit('40be17aa92'),
      head: commit('9f2c41d07b'),
      tree: commit('77aa0c15de'),
      content: digest('content'),
      plan: digest(told.name),
      policies: digest('policies'),
    },
    desired: commit('77aa0c15de'),
    hosts: { planned: told.planned ?? hosts, total: told.total ?? 42 },
    actions,
    unknowns: told.unknowns ?? [],
    unchanged: told.unchanged ?? 0,
    released: [],
    waves: told.waves ?? (hosts.length === 0 ? [] : [{ name: 'wave 1', environment: 'production', hosts }]),
    reach: told.reach?.touched ?? [],
    verdict: {
      denials: told.denials ?? [],
      warnings: told.warnings ?? [],
      requirements: missing.map((m) => m.requirement),
    },
    risk: told.risk ?? { score: 0, level: 'low', factors: [] },
    diagnostics: told.diagnostics ?? [],
    ...told.plan,
  }
  return {
    ...around,
    plan,
    standing: {
      holds: missing.length === 0 && blocked.length === 0,
      counted: told.counted ?? [],
      refused: told.refusedApprovals ?? [],
      missing: missing.map(({ requirement, have = 0 }) => ({ requirement, have, need: requirement.count })),
      blocked,
      authors: told.authors ?? ['Person/m.dewit'],
      ranOut: false,
    },
    approvers: missing.map((m) => m.people ?? []),
    names: new Map(Object.entries(told.names ?? {}) as [Address, string][]),
    times: told.times ?? { open: true, limits: [], freezes: [] },
    services: told.services ?? [],
    reach: told.reach ?? { changed: [], edges: [] },
    policies: told.policies ?? [],
    ...(told.record !== undefined && { record: told.record }),
    ...(told.desiredOnly !== undefined && { desiredOnly: told.desiredOnly }),
  }
}

function actionsOf({
  on,
  do: what,
  fields = [],
  undo = 'exact',
  cause = 'this-change',
  ...more
}: CaseAction): readonly Action[] {
  const space = what.indexOf(' ')
  const [verb, resource] = [what.slice(0, space) as Verb, what.slice(space + 1) as ResourceId]
  const { setBy, secrets, access } = more
  return on.map((host) => ({
    id: `act-${digest([host, what]).slice(7, 19)}`,
    host,
    resource,
    verb,
    summary: what,
    fields,
    origin: {
      cause,
      declaredBy: [],
      ...(setBy !== undefined && {
        setBy: {
          change: setBy,
          commit: commit('51c0ffee'),
          approvers: ['Person/m.okafor'],
          at: '2026-10-02T10:00:00Z',
        },
      }),
    },
    reversibility: undo,
    before: digest([what, fields.map((f) => f.before ?? null)]),
    after: digest([what, fields.map((f) => f.after ?? null)]),
    requires: [],
    ...(secrets !== undefined && { secrets }),
    ...(access !== undefined && { access }),
  }))
}

function multiplied(told: CasePlan, times: number): CasePlan {
  const more = (host: string): string[] =>
    Array.from({ length: times }, (_, i) => `${host}-${String(i + 1).padStart(4, '0')}`)
  const actions = (told.actions ?? []).flatMap((action) =>
    action.on.flatMap(more).map((host) => ({
      ...action,
      on: [host],
      fields: (action.fields ?? []).map((f) => ({
        ...f,
        after: `${String(f.after)} ${host}`,
        ...(f.text !== undefined && {
          text: { before: f.text.before, after: `${f.text.after.trim()} ${host} ${'.'.repeat(500)}\n`.repeat(20) },
        }),
      })),
    })),
  )
  return { ...told, actions, waves: (told.waves ?? []).map((w) => ({ ...w, hosts: w.hosts.flatMap(more) })) }
}
