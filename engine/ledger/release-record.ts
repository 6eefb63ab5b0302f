import { canonicalJson, type Digest, digestOf, type Sha256 } from '../model/canonical.ts'
import type { GateNote, PromotionNote, ReleaseRecord } from '../model/release.ts'
import { compareVersions, isVersion, parseReleaseName } from '../model/version.ts'
import type { LedgerEntry, LedgerView } from '../ports/ledger.ts'
import type { Signer } from '../ports/repository.ts'
import { report } from './codes.ts'
import type { By } from './fold-change.ts'
import { type Outcome, parseRecord, serialiseRecord } from './record-text.ts'

/** Releases: numbered states of the target branch. Their records are an engine's, from the first to the last. */

const releasesFolder = 'releases'

/** `releases/<pipeline>/<version>.yaml`; undefined where the name is none. */
export function releasePath(id: string): string | undefined {
  const name = parseReleaseName(id)
  return name && `${releasesFolder}/${name.pipeline}/${name.version}.yaml`
}

/** The tag that goes with a release. */
export const releaseTag = (id: string): string => `release/${id}`

/** Digest of what a release wants of all hosts. */
export function baselineDigest(catalogues: ReleaseRecord['catalogues'], sha256: Sha256): Digest {
  return digestOf(sha256, catalogues)
}

export type NewRelease = Omit<
  ReleaseRecord,
  'apiVersion' | 'kind' | 'id' | 'state' | 'promotions' | 'gates' | 'withdrawn' | 'transition' | 'at'
>

export function cutRelease(release: NewRelease, by: By): Outcome<ReleaseRecord> {
  return checked(undefined, {
    apiVersion: 'plumbline/v1',
    kind: 'Release',
    ...release,
    id: `${release.pipeline}/${release.version}`,
    state: 'released',
    at: by.at,
    promotions: [],
    gates: [],
    transition: { uuid: by.uuid, name: 'cut', at: by.at, actor: by.actor },
  })
}

/** A branch was made that moves a stage to it. */
export function promoteRelease(record: ReleaseRecord, promotion: PromotionNote, by: By): Outcome<ReleaseRecord> {
  return moved(record, 'promote', by, { promotions: [...record.promotions, promotion] })
}

/** Somebody judged a gate. */
export function judgeGate(record: ReleaseRecord, gate: GateNote, by: By): Outcome<ReleaseRecord> {
  return moved(record, 'gate', by, { gates: [...record.gates, gate] })
}

export function withdrawRelease(
  record: ReleaseRecord,
  why: { readonly reason: string; readonly by: string },
  by: By,
): Outcome<ReleaseRecord> {
  return moved(record, 'withdraw', by, { state: 'withdrawn', withdrawn: { at: by.at, ...why } })
}

/** Why a record may not go from `before` to `after`; undefined where it may. Binds those who write and those who check. */
export function releaseFault(before: ReleaseRecord | undefined, after: ReleaseRecord): string | undefined {
  const { name, actor, uuid, at } = after.transition
  if (actor !== 'engine') return 'a release is recorded by an engine'
  if (after.id !== `${after.pipeline}/${after.version}` || !isVersion(after.version)) return 'its number is none'
  if (before === undefined) return birthFault(after)
  if (before.state === 'withdrawn') return 'it was withdrawn already, and nothing happens to it any more'
  if (uuid === before.transition.uuid) return 'two transitions have the same id'
  if (canonicalJson(fixed(before)) !== canonicalJson(fixed(after))) return 'what was released never changes'
  const promoted = grown(before.promotions, after.promotions)
  const judged = grown(before.gates, after.gates)
  if (name === 'withdraw')
    return after.state === 'withdrawn' && after.withdrawn?.at === at && promoted === 0 && judged === 0
      ? undefined
      : 'withdrawing it does that, says why, and nothing else'
  if (after.state !== 'released' || after.withdrawn !== undefined) return `${name} does not withdraw a release`
  if (name === 'promote')
    return promoted === 1 && judged === 0 && after.promotions.at(-1)?.at === at
      ? undefined
      : 'a promotion adds itself, and nothing else'
  if (name === 'gate')
    return judged === 1 && promoted === 0 && after.gates.at(-1)?.at === at
      ? undefined
      : 'a gate adds what was found, and nothing else'
  return `${name} is nothing that happens to a release`
}

function birthFault(record: ReleaseRecord): string | undefined {
  const { transition, state, promotions, gates, withdrawn, at, previous, version } = record
  if (transition.name !== 'cut' || state !== 'released') return 'a release is born by being cut'
  if (promotions.length + gates.length > 0 || withdrawn !== undefined || transition.at !== at)
    return 'a release that was just cut has no past'
  if (previous !== undefined && (!isVersion(previous) || compareVersions(previous, version) >= 0))
    return `${version} does not come after ${previous}`
  return undefined
}

/** How many were added at the end; negative where the others are not as they were. */
function grown(before: readonly unknown[], after: readonly unknown[]): number {
  return canonicalJson(before) === canonicalJson(after.slice(0, before.length)) ? after.length - before.length : -1
}

const fixed = ({ state: _, promotions: _p, gates: _g, withdrawn: _w, transition: _t, ...rest }: ReleaseRecord) => rest

function moved(record: ReleaseRecord, name: string, by: By, change: Partial<ReleaseRecord>): Outcome<ReleaseRecord> {
  return checked(record, { ...record, ...change, transition: { uuid: by.uuid, name, at: by.at, actor: by.actor } })
}

function checked(before: ReleaseRecord | undefined, after: ReleaseRecord): Outcome<ReleaseRecord> {
  const fault = releaseFault(before, after)
  return fault === undefined
    ? { record: after }
    : { refused: report('illegal-transition', { summary: `release ${after.id}: ${fault}`, subject: after.id }) }
}

/** The commit of one move of a release. */
export function releaseEntry(record: ReleaseRecord, signer: Signer): LedgerEntry {
  const path = releasePath(record.id)
  if (path === undefined) throw new Error(`no number of a release: ${record.id}`)
  const { uuid, name, at } = record.transition
  const text = serialiseRecord(record)
  const again = parseRecord('release', text, path)
  if ('refused' in again) throw new Error(`what was to be written can't be read: ${again.refused.summary}`)
  return {
    uuid,
    record: `release/${record.id}`,
    transition: name,
    actor: 'engine',
    subject: record.commit,
    title: `release ${record.id} ${name}: ${record.commit.slice(0, 12)}`,
    files: new Map([[path, text]]),
    signer,
    at: new Date(Date.parse(at)),
  }
}

type Found<Record> = Outcome<Record> | { readonly record: undefined }

export async function findRelease(view: LedgerView, id: string): Promise<Found<ReleaseRecord>> {
  const path = releasePath(id)
  const text = path === undefined ? undefined : await view.file(path)
  return path === undefined || text === undefined ? { record: undefined } : parseRecord('release', text, path)
}

/** Pipelines that have releases, sorted. */
export async function releasedPipelines(view: LedgerView): Promise<readonly string[]> {
  return view.list(releasesFolder)
}

/** Versions of a pipeline, the newest first. */
export async function releasedVersions(view: LedgerView, pipeline: string): Promise<readonly string[]> {
  const files = await view.list(`${releasesFolder}/${pipeline}`)
  return files
    .map((file) => file.replace(/\.yaml$/, ''))
    .filter(isVersion)
    .sort((a, b) => compareVersions(b, a))
}
