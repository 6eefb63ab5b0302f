import type { MeantStep } from '../../knowledge/choose-steps.ts'
import type { StepResult } from '../../knowledge/judge-step.ts'
import { nameOf } from '../../model/address.ts'
import type { DeclaredRecord, RecordLink } from '../../model/declared-record.ts'
import { reporter } from '../../model/diagnostic.ts'
import type { Json, JsonObject } from '../../model/document.ts'
import { masked } from '../../model/redactor.ts'
import type { RecordHand } from '../record-types/hand.ts'
import { declaredRecord } from '../record-types/read.ts'
import { unknownRecord, writeRecords } from '../record-types/write.ts'
import { refusal } from '../records.ts'
import type { World } from '../world.ts'
import { codes } from './codes.ts'
import { ownerOf } from './find-runbook.ts'
import type { PreparedRun } from './prepare-run.ts'
import { runStep } from './run-step.ts'

const report = reporter(codes)

/** The type of record that runs are kept as. */
export const runType = 'runbook-run'

/** Whom a run tells what it does, and asks. */
export interface RunReader {
  /** Whether a step that wants it may be run; what is answered is written down. */
  readonly confirm: (step: MeantStep) => Promise<boolean>
  readonly begun?: (step: MeantStep) => void
  readonly result?: (result: StepResult) => void
}

/** What a run is for: the number of an incident or a request. */
export interface RunPurpose {
  readonly type: 'incident' | 'request'
  readonly id: string
}

/** Writes down that a run begins, before anything is done. */
export async function beginRun(
  world: World,
  hand: RecordHand,
  { runbook, commit, digest, steps, inputs, hidden }: PreparedRun,
  purpose?: RunPurpose,
): Promise<DeclaredRecord> {
  const owner = ownerOf(runbook.document)
  const [service] = runbook.spec.services ?? []
  const fields: JsonObject = {
    ...{ runbook: runbook.name, commit, digest },
    ...(owner?.startsWith('Team/') === true && { team: nameOf(owner) }),
    ...(hand.who.for !== undefined && { requester: hand.who.for }),
    ...(service !== undefined && { service: nameOf(service) }),
    inputs: Object.fromEntries(Object.entries(inputs).map(([k, v]) => [k, hidden.has(k) ? masked : v])),
    steps: steps.map((s) => s.step.name),
    hosts: Object.fromEntries(steps.map((s) => [s.step.name, s.hosts])),
    results: [],
  }
  const links: RecordLink[] = [{ relation: 'about', to: runbook.document.address }]
  if (purpose !== undefined) links.push({ relation: 'part-of', to: purpose.id.toUpperCase() })
  return writeRecords(world, hand, async (desk) => {
    if (purpose !== undefined) await expectRecord(desk.find(purpose.type, purpose.id.toUpperCase()), purpose)
    const record = await desk.open(runType, { title: runbook.spec.title, fields, links })
    if (purpose?.type === 'incident')
      await desk.comment('incident', purpose.id, `the runbook ${runbook.name} is run: ${record.id}`)
    return record
  })
}

async function expectRecord(found: Promise<DeclaredRecord | undefined>, { type, id }: RunPurpose): Promise<void> {
  if ((await found) === undefined) throw refusal(unknownRecord(type, id))
}

/**
 * Runs the steps of a run that has begun, those apart that its record says are done: each is announced in the ledger before it is
 * sent to a host, so that a run that broke off is seen as one. Ends at the first that fails. Returns the record as it came to be.
 */
export async function runSteps(
  world: World,
  hand: RecordHand,
  run: PreparedRun,
  begun: DeclaredRecord,
  reader: RunReader,
): Promise<DeclaredRecord> {
  const { id } = begun
  let results = resultsOf(begun)
  const done = new Set(results.filter((r) => r.outcome === 'done').map((r) => `${r.step} ${r.host}`))
  const count = run.steps.reduce((sum, s) => sum + s.hosts.length, 0)
  const around = { inputs: run.inputs, hidden: run.hidden, head: Math.min(2_000, Math.floor(120_000 / count)) }
  const move = (name: string, fields: JsonObject, text: string) =>
    writeRecords(world, hand, (desk) => desk.move(runType, id, { name, fields, text }))
  for (const step of run.steps) {
    const hosts = step.hosts.filter((host) => !done.has(`${step.step.name} ${host}`))
    if (hosts.length === 0) continue
    if (world.stopping()) return move('fail', { current: null }, `stopped before ${step.step.name}`)
    if (step.step.confirm !== undefined && !(await reader.confirm(step)))
      return ended(world, hand, begun, 'fail', { current: null }, `${step.step.name} was not confirmed`)
    await move('begin', { current: step.step.name }, `${step.step.name} on ${hosts.join(', ')}`)
    reader.begun?.({ ...step, hosts })
    const now: StepResult[] = []
    for (const host of hosts) {
      const target = run.targets.get(host)
      if (target === undefined) throw new Error(`nobody knows how to reach ${host}`)
      const result = await runStep(world, step.step, target, around)
      now.push(result)
      reader.result?.(result)
      if (result.outcome !== 'done') break
    }
    const again = new Set(now.map((r) => `${r.step} ${r.host}`))
    results = [...results.filter((r) => !again.has(`${r.step} ${r.host}`)), ...now]
    const fields: JsonObject = { current: null, results: results as unknown as Json }
    const text = now.map(line).join('\n')
    if (now.some((r) => r.outcome !== 'done')) return ended(world, hand, begun, 'fail', fields, text)
    await move('note', fields, text)
  }
  return ended(world, hand, begun, 'succeed', { current: null }, 'every step was done')
}

/** The incident that it is for says how it ended, too. */
async function ended(
  world: World,
  hand: RecordHand,
  { id, links, title }: DeclaredRecord,
  name: 'succeed' | 'fail',
  fields: JsonObject,
  text: string,
): Promise<DeclaredRecord> {
  return writeRecords(world, hand, async (desk) => {
    const record = await desk.move(runType, id, { name, fields, text })
    const incident = links.find((l) => l.relation === 'part-of' && l.to.startsWith('INC-'))?.to
    if (incident !== undefined && (await desk.find('incident', incident)) !== undefined)
      await desk.comment('incident', incident, `${title} (${id}): ${name === 'succeed' ? 'done' : text}`)
    return record
  })
}

/** What a record says of steps that were run. */
export const resultsOf = ({ fields }: DeclaredRecord): readonly StepResult[] =>
  Array.isArray(fields['results']) ? (fields['results'] as unknown as readonly StepResult[]) : []

function line({ step, host, outcome, exit, because, sha256, output }: StepResult): string {
  const first = output?.split('\n')[0]?.slice(0, 200)
  return [
    `${step} on ${host}: ${outcome}`,
    ...(exit === undefined ? [] : [`status ${exit}`]),
    ...(because === undefined ? [] : [because]),
    ...(first === undefined ? [] : [`printed ${JSON.stringify(first)}`]),
    ...(sha256 === undefined ? [] : [`sha256 ${sha256}`]),
  ].join(', ')
}

/** Takes a run up again that broke off or failed: the same steps, on the same hosts, apart from those that are done. */
export async function resumeRun(
  world: World,
  hand: RecordHand,
  prepare: (record: DeclaredRecord) => Promise<PreparedRun>,
  options: { readonly id: string; readonly again: boolean },
): Promise<{ readonly run: PreparedRun; readonly record: DeclaredRecord }> {
  const id = options.id.toUpperCase()
  const record = (await declaredRecord(world, runType, id))?.record
  if (record === undefined) throw refusal(unknownRecord(runType, id))
  const run = await prepare(record)
  if (run.digest !== record.fields['digest'])
    throw refusal(
      report('runbook-changed', { summary: `the steps of ${run.runbook.name} are others than those of ${id}` }),
    )
  const { current } = record.fields
  if (typeof current === 'string' && !options.again) {
    const summary = `${id} broke off while ${current} was under way: nobody knows what it did`
    throw refusal(report('runbook-refused', { summary, hint: 'look at its hosts; --again runs that step once more' }))
  }
  const planned = record.fields['hosts']
  const steps = run.steps.map(({ step, hosts }) => {
    const before = (planned as Readonly<Record<string, readonly string[]>> | undefined)?.[step.name]
    return { step, hosts: before ?? hosts }
  })
  const text = typeof current === 'string' ? `gone on with, ${current} once more` : 'gone on with'
  const moved = await writeRecords(world, hand, (desk) =>
    desk.move(runType, id, { name: 'resume', fields: { current: null }, text }),
  )
  return { run: { ...run, steps }, record: moved }
}
