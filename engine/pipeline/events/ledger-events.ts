import { fingerprintOf } from '../../events/incoming.ts'
import type { EventRule } from '../../events/rules.ts'
import { declaredAt } from '../../ledger/declared-record.ts'
import { parseChangeId } from '../../ledger/paths.ts'
import { parseRecord } from '../../ledger/record-text.ts'
import { parseUnauthorisedId } from '../../ledger/unauthorised.ts'
import { escapeControls } from '../../model/escape.ts'
import type { IncomingEvent } from '../../model/signal.ts'
import type { LedgerStep } from '../../ports/ledger.ts'
import type { World } from '../world.ts'

/** The source that rules know what the engine itself saw by. */
export const ledgerSource = 'ledger'

type Found = Omit<IncomingEvent, 'source' | 'fingerprint'> & { readonly about: string }

/**
 * What the ledger holds since the last time that rules may want to hear of: unauthorised changes until they are settled, changes that
 * failed until they are done or taken back, and moves of records of declared types but incidents. `kept` says that they were kept.
 */
export async function ledgerEvents(
  world: World,
  rules: readonly EventRule[],
): Promise<{ readonly events: readonly IncomingEvent[]; readonly kept: () => Promise<void> }> {
  const [index, ledger] = await Promise.all([world.recordIndex(), world.ledger()])
  const { tip } = await ledger.view()
  const known = await index.cursor('events')
  // Of one thing the last word counts: what begins and fails within a moment is not over.
  const events = new Map<string, IncomingEvent>()
  // What happened before anybody listened is history.
  if (tip !== undefined && known !== undefined && known !== tip)
    for await (const step of ledger.steps(known)) {
      const found = foundIn(step)
      if (found === undefined) continue
      const { about, ...event } = found
      const whole = { ...event, source: ledgerSource, fingerprint: fingerprintOf(world.sha256, ledgerSource, about) }
      // What is over is told in any case: somebody may have heard of its beginning.
      if (event.ended !== undefined || rules.some((r) => r.matches({ ...whole, documents: [] })))
        events.set(whole.fingerprint, whole)
    }
  return {
    events: [...events.values()],
    kept: async () => (tip === undefined ? undefined : index.setCursor('events', tip)),
  }
}

function foundIn({ commit, changes }: LedgerStep): Found | undefined {
  const id = commit.trailers['Record'] ?? ''
  const move = commit.trailers['Transition'] ?? ''
  const change = changes.find(({ path, after }) => after !== undefined && path.endsWith(`/${id}.yaml`))
  if (change?.after === undefined) return undefined
  const at = Date.parse(commit.at)
  if (parseUnauthorisedId(id) !== undefined) return unauthorised(id, change.after, change.path, at)
  if (parseChangeId(id) !== undefined) return failedChange(id, move, change.after, change.path, at)
  const declared = declaredAt(change.path)
  if (declared === undefined || declared.type === 'incident') return undefined
  const kind = `plumbline.${declared.type}.${move}`
  const { type } = declared
  return { about: `${kind} ${id}`, kind, title: `${id}: ${move}`, labels: { record: id, type, move }, began: at }
}

function unauthorised(id: string, text: string, path: string, at: number): Found | undefined {
  const found = parseRecord('unauthorised', text, path)
  if (!('record' in found)) return undefined
  const { host, resource, attribution, state } = found.record
  return {
    about: id,
    kind: 'plumbline.unauthorised.found',
    title: escapeControls(`${host}: ${resource} was changed and no change says so (${id})`).slice(0, 200),
    labels: { record: id, host, resource, attribution },
    ...(state === 'open' ? { began: at } : { ended: at }),
  }
}

/** Moves of a change that end what its failure began. */
const mended: ReadonlySet<string> = new Set(['start', 'resume', 'finish', 'roll-back', 'supersede', 'close'])

function failedChange(id: string, move: string, text: string, path: string, at: number): Found | undefined {
  if (move !== 'fail' && !mended.has(move)) return undefined
  const found = parseRecord('change', text, path)
  if (!('record' in found)) return undefined
  const { title, reasons = [], type, deployment, transition } = found.record
  // The commit knows seconds only.
  const moment = Date.parse(transition.at) || at
  const [host] = deployment?.results.flatMap((r) => (r.outcome === 'failed' ? [r.id.split(' ')[0] ?? ''] : [])) ?? []
  return {
    about: `failed ${id}`,
    kind: 'plumbline.change.failed',
    title: escapeControls(`${id} failed: ${reasons[0] ?? title}`).slice(0, 200),
    labels: { record: id, type, ...(host !== undefined && host !== '' && { host }) },
    ...(move === 'fail' ? { began: moment } : { ended: moment }),
  }
}
