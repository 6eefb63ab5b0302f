import { Renderer } from '../../compile/render-template.ts'
import type { DeclaredRecord } from '../../model/declared-record.ts'
import { reporter } from '../../model/diagnostic.ts'
import type { Json, JsonObject } from '../../model/document.ts'
import { RepositoryError } from '../../ports/repository.ts'
import { type CatalogItem, catalogItem, requesterOf } from '../../records/catalog.ts'
import { filled } from '../../records/fill.ts'
import { codes as pipelineCodes } from '../codes.ts'
import { expectProven } from '../fulfilment/fulfilment.ts'
import { variablesOf } from '../fulfilment/propose.ts'
import { writeRecords } from '../record-types/write.ts'
import { refusal } from '../records.ts'
import type { Part, Turn } from '../work/part.ts'
import type { World } from '../world.ts'
import { codes } from './codes.ts'
import { type PreparedRun, prepareRun } from './prepare-run.ts'
import { beginRun, resultsOf, runSteps } from './run-runbook.ts'

const report = reporter({ ...pipelineCodes, ...codes })

/** So many runs one turn begins: others wait for the next. */
const most = 20

/** Runs the runbooks of requests that were agreed to, and tells them what came of it. */
export const runbookFulfilment: Part = {
  name: 'runbooks',
  async run(world, turn) {
    let done = 0
    const accepted = await (await turn.index()).find({
      ...{ types: ['request'], states: ['accepted'], order: 'queue', limit: 10_000 },
    })
    for (const { record } of accepted) {
      if (world.stopping() || done >= most) break
      const item = itemOf(turn, record)
      if (item?.spec.fulfilment.runbook === undefined) continue
      try {
        if (await fulfil(world, turn, item, record)) done += 1
      } catch (error) {
        if (!(error instanceof RepositoryError)) throw error
        turn.tell(report('fulfilment-failed', { summary: `${record.id}: ${error.message}`, subject: record.id }))
      }
    }
    return done
  },
}

function itemOf({ hand }: Turn, { fields }: DeclaredRecord): CatalogItem | undefined {
  const { item } = fields
  return typeof item === 'string' ? catalogItem(hand.estate.graph, item) : undefined
}

async function fulfil(world: World, turn: Turn, item: CatalogItem, { id }: DeclaredRecord): Promise<boolean> {
  // Whoever starts it runs it: of two engines one is late, and does nothing.
  const started = await writeRecords(world, turn.hand, async (desk) => {
    const record = await desk.find('request', id)
    if (record?.state !== 'accepted') return undefined
    return desk.move('request', id, { name: 'start', text: `the runbook ${item.spec.fulfilment.runbook?.name} is run` })
  })
  if (started === undefined) return false
  const hand = {
    ...turn.hand,
    who: { ...turn.hand.who, for: requesterOf(started, turn.hand.estate.graph), via: 'request' },
  }
  let run: PreparedRun
  try {
    await expectProven(world, turn, started)
    run = await prepared(world, hand, item, started)
  } catch (error) {
    if (!(error instanceof RepositoryError)) throw error
    await writeRecords(world, turn.hand, (desk) => desk.move('request', id, { name: 'fail', text: error.message }))
    return true
  }
  const begun = await beginRun(world, hand, run, { type: 'request', id })
  const ended = await runSteps(world, hand, run, begun, { confirm: async () => false })
  const results = resultsOf(ended)
  const text = results
    .map((r) => `${r.step} on ${r.host}: ${r.because ?? r.outcome}\n${r.output ?? ''}`.trim())
    .join('\n')
  const links = [{ relation: 'fulfilled-by', to: ended.id }]
  await writeRecords(world, turn.hand, (desk) =>
    ended.state === 'succeeded'
      ? desk.move('request', id, {
          name: 'fulfil',
          text: `done: ${ended.id}`,
          fields: { result: text.slice(0, 4_000) },
          links,
        })
      : desk.move('request', id, { name: 'fail', text: `${ended.id} failed\n${text}`.slice(0, 4_000), links }),
  )
  return true
}

async function prepared(
  world: World,
  hand: Turn['hand'],
  { spec }: CatalogItem,
  record: DeclaredRecord,
): Promise<PreparedRun> {
  const { name, inputs = {} } = spec.fulfilment.runbook ?? { name: '' }
  const renderer = new Renderer()
  const variables: JsonObject = variablesOf(hand.estate, record, world.clock.now())
  const made = filled(inputs as Json, variables, (text, all) => renderer.render(text, all))
  if ('error' in made) throw refusal(report('runbook-inputs', { summary: made.error }))
  const run = await prepareRun(world, hand, name, { inputs: made.value as JsonObject, fulfils: true })
  const asking = run.steps.find((s) => s.step.confirm !== undefined)
  if (asking !== undefined)
    throw refusal(
      report('runbook-refused', { summary: `the step ${asking.step.name} of ${name} wants a person to confirm it` }),
    )
  return run
}
