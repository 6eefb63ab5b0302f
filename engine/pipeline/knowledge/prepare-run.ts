import type { RunbookSpec } from '../../generated/types.ts'
import { chooseSteps, here, hostsMeant, type MeantStep } from '../../knowledge/choose-steps.ts'
import { canonicalJson } from '../../model/canonical.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { Json, JsonObject } from '../../model/document.ts'
import type { Graph } from '../../model/graph.ts'
import { compileRule, evaluate } from '../../policy/rule.ts'
import type { Target } from '../../ports/host-session.ts'
import { fieldFaults } from '../../records/judge-fields.ts'
import { isObject } from '../../schema/is-object.ts'
import { moveActor, type RecordHand } from '../record-types/hand.ts'
import { refusal } from '../records.ts'
import { targetsOf } from '../targets.ts'
import type { World } from '../world.ts'
import { codes } from './codes.ts'
import { expectRunbook, type KnownText, knowledgeEstate, ownerOf } from './find-runbook.ts'

const report = reporter(codes)

export interface RunOptions {
  readonly hosts?: readonly string[]
  readonly inputs?: Readonly<Record<string, Json>>
  /** These steps alone. */
  readonly steps?: readonly string[]
  readonly from?: string
  /** The text of the working folder, at one's own keyboard. */
  readonly unmerged?: boolean
  /** Steps that say `on=local` may run on this machine. */
  readonly local?: boolean
  /** A catalogue item that was agreed to asks for it: who may run it by hand does not matter. */
  readonly fulfils?: boolean
}

/** A run that could begin. */
export interface PreparedRun {
  readonly runbook: KnownText<RunbookSpec>
  readonly commit: string
  /** Of what is run: another text is another run. */
  readonly digest: string
  readonly steps: readonly MeantStep[]
  readonly inputs: JsonObject
  /** Names of inputs that are not shown. */
  readonly hidden: ReadonlySet<string>
  /** How to reach the hosts: as is merged, whatever the working folder says. */
  readonly targets: ReadonlyMap<string, Target>
}

/** So many results one record has room for. */
const mostResults = 300

/** Looks whether a runbook can be run as somebody asks for it. Nothing is done yet. */
export async function prepareRun(
  world: World,
  hand: RecordHand,
  name: string,
  options: RunOptions = {},
): Promise<PreparedRun> {
  const refuse = (code: keyof typeof codes, summary: string): never => {
    throw refusal(report(code, { summary }))
  }
  // What nobody agreed to is run by nobody, though it was merged.
  const estate = options.unmerged === true ? await knowledgeEstate(world, true) : hand.estate
  const runbook = expectRunbook(estate.graph, name)
  const { spec } = runbook
  const broken = estate.diagnostics.find((d) => d.severity === 'error' && d.subject === runbook.document.address)
  if (broken !== undefined) throw refusal(broken)
  if (spec.status === 'retired' || (spec.status === 'draft' && options.unmerged !== true))
    refuse('runbook-refused', `${runbook.name} is ${spec.status === 'draft' ? 'a draft' : 'retired'}`)
  if (options.fulfils !== true) expectMayRun(runbook, hand)
  const { inputs, hidden } = await inputsOf(runbook, options.inputs ?? {}, estate.graph)
  const chosen = chooseSteps(spec, {
    ...(options.steps !== undefined && { only: options.steps }),
    ...(options.from !== undefined && { from: options.from }),
  })
  if ('unknown' in chosen)
    return refuse('runbook-refused', `${runbook.name} has no step ${chosen.unknown.slice(0, 80)}`)
  if (chosen.steps.length === 0) refuse('runbook-refused', `${runbook.name} has no steps that can be run: read it`)
  const targets = new Map(targetsOf(hand.estate.graph))
  const steps = chosen.steps
    .map((step): MeantStep => ({ step, hosts: hostsOf(step, inputs, estate.graph, options.hosts ?? []) }))
    .filter(({ hosts }) => hosts.length > 0)
  const used = new Set(steps.flatMap((s) => s.hosts))
  for (const host of options.hosts ?? [])
    if (!used.has(host)) refuse('runbook-hosts', `no step of ${runbook.name} is for ${host.slice(0, 80)}`)
  for (const host of used) {
    if (host === here) {
      if (options.local !== true || world.unattended === true)
        refuse('runbook-refused', 'it has steps for this machine; say --local at your own keyboard where they may run')
      targets.set(here, thisMachine)
    } else if (!targets.has(host)) refuse('runbook-hosts', `there is no Host/${host.slice(0, 80)} on the target branch`)
  }
  if (steps.reduce((sum, s) => sum + s.hosts.length, 0) > mostResults)
    refuse('runbook-hosts', `that is more than ${mostResults} steps on hosts; name fewer with --host`)
  const digest = `sha256:${world.sha256(canonicalJson(steps.map((s) => s.step) as unknown as Json))}`
  return { runbook, commit: estate.treeish, digest, steps, inputs, hidden, targets }
}

const thisMachine: Target = {
  ...{ host: here, address: 'localhost', port: 0, user: '', hostKeys: [], sudo: false, root: '', transport: 'local' },
}

/** As its front matter says; else those of the team that owns it. */
function expectMayRun(runbook: KnownText<RunbookSpec>, { who, estate }: RecordHand): void {
  const actor = moveActor(who, estate.graph)
  const subject = runbook.document.address
  const refuse = (why: string): never => {
    throw refusal(report('runbook-refused', { summary: `${actor.name} may not run ${runbook.name}: ${why}`, subject }))
  }
  if (runbook.spec.who === undefined) {
    const owner = ownerOf(runbook.document)
    if (owner !== undefined && actor.name !== owner && !actor.teams.includes(owner)) refuse(`it is for ${owner}`)
    return
  }
  const compiled = compileRule(runbook.spec.who, ['actor'], { subject })
  const answer = 'diagnostic' in compiled ? compiled : evaluate(compiled.rule, { actor })
  if ('diagnostic' in answer) refuse(answer.diagnostic.summary)
  else if (!answer.value) refuse('its front matter says who may')
}

async function inputsOf({ name, spec }: KnownText<RunbookSpec>, given: Readonly<Record<string, Json>>, graph: Graph) {
  const properties = (spec.inputs ?? {}) as JsonObject
  const inputs: Record<string, Json> = {}
  const hidden = new Set<string>()
  for (const [key, schema] of Object.entries(properties)) {
    if (!isObject(schema)) continue
    if (schema['writeOnly'] === true) hidden.add(key)
    const value = Object.hasOwn(given, key) ? given[key] : schema['default']
    if (value !== undefined) inputs[key] = typed(schema, value)
  }
  const stray = Object.keys(given).find((key) => !Object.hasOwn(properties, key))
  if (stray !== undefined)
    throw refusal(report('runbook-inputs', { summary: `${name} has no input ${JSON.stringify(stray.slice(0, 60))}` }))
  const fields = { properties, ...(spec.required !== undefined && { required: spec.required }) }
  const [fault]: readonly Diagnostic[] = await fieldFaults(
    { name, spec: { fields } },
    { id: name, fields: inputs },
    graph,
  )
  if (fault !== undefined) throw refusal(report('runbook-inputs', { summary: fault.summary }))
  return { inputs, hidden }
}

/** What was typed, as its schema wants it. */
function typed(schema: JsonObject, value: Json): Json {
  if (typeof value !== 'string') return value
  const { type } = schema
  if ((type === 'number' || type === 'integer') && /^-?\d+(\.\d+)?$/.test(value)) return Number(value)
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return type === 'array' ? value.split(',') : value
}

/** The hosts of a step among those that were named; none where it is for others. */
function hostsOf(
  step: MeantStep['step'],
  inputs: JsonObject,
  graph: Graph,
  named: readonly string[],
): readonly string[] {
  const meant = hostsMeant(step, inputs, graph)
  const none = (summary: string): never => {
    throw refusal(report('runbook-hosts', { summary: `the step ${step.name} ${summary}` }))
  }
  if (meant === undefined)
    return named.length === 0 ? none('names no hosts: say which with --host') : [...new Set(named)]
  if (meant.length === 0) return none('is for hosts of which there is none')
  if (named.length === 0 || step.local === true) return meant
  return meant.filter((host) => named.includes(host))
}
