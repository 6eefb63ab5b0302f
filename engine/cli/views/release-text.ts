import { escapeControls } from '../../model/escape.ts'
import type { ReadinessFinding, ReleaseRecord } from '../../model/release.ts'
import type { Cut } from '../../pipeline/release-cut.ts'
import type { Stranded } from '../../pipeline/release-judge.ts'
import type { ListedRelease, ReleaseDiff, ShownRelease } from '../../pipeline/release-look.ts'
import type { Colors } from '../terminal.ts'
import { minute } from './change-facts.ts'
import { columns, count } from './columns.ts'
import { comparisonText } from './comparison-text.ts'

/** A release that was cut, or would be. */
export function cutText({ release, because, tag, written }: Cut, c: Colors): string {
  const head = {
    release: `${c.green('cut')} ${c.bold(release.id)}: ${because}`,
    tag: `${c.green('tagged')} ${c.bold(release.id)}, which was cut ${minute(release.at)}`,
    nothing: `would cut ${c.bold(release.id)}: ${because}`,
  }[written]
  const facts = [
    ['commit', release.commit],
    ['tag', written === 'nothing' ? `${tag} (not written)` : tag],
    ['changes', changesText(release)],
    ['baseline', `${release.baseline.slice(0, 19)}… over ${count(Object.keys(release.catalogues).length, 'host')}`],
  ]
  return `${[head, ...factLines(facts, c), '', shownNotes(release)].join('\n')}`
}

export function releasesText(listed: readonly ListedRelease[], c: Colors): string {
  if (listed.length === 0) return 'no releases yet: plumbline release cut\n'
  const rows = listed.map(({ release: r, followedBy }) => [
    r.id,
    minute(r.at),
    r.commit.slice(0, 12),
    r.state === 'withdrawn' ? 'withdrawn' : '',
    count(r.changes.length, 'change'),
    followedBy.length === 0 ? '' : `in ${followedBy.join(', ')}`,
  ])
  const paint = (cell: string, column: number): string =>
    column === 0 ? c.bold(cell) : column === 3 ? c.red(cell) : column === 5 ? cell : c.dim(cell)
  return `${columns(rows, { paint }).join('\n')}\n`
}

export function releaseText({ release, followedBy, tag, tagged, stages }: ShownRelease, c: Colors): string {
  const { withdrawn } = release
  const tagState =
    tagged === undefined
      ? `${tag} (not in this clone: git fetch --tags)`
      : tagged === release.commit
        ? tag
        : `${tag} leads to ${tagged.slice(0, 12)}: not what the ledger says`
  const facts = [
    ['cut', `${minute(release.at)} by ${release.by}`],
    ['commit', release.commit],
    ['tag', tagState],
    ['after', release.previous ?? 'nothing: it is the first'],
    ['changes', changesText(release)],
    ['baseline', `${release.baseline.slice(0, 19)}… over ${count(Object.keys(release.catalogues).length, 'host')}`],
    ['followed by', followedBy.join(', ') || 'no environment'],
    ...(withdrawn === undefined
      ? []
      : [['withdrawn', `${minute(withdrawn.at)} by ${withdrawn.by}: ${withdrawn.reason}`]]),
    ...release.promotions.map((p) => ['promoted', promotionText(p)]),
    ...release.gates.map((g) => [`gate ${g.gate}`, `${g.outcome} ${minute(g.at)} by ${g.by}: ${g.evidence}`]),
  ]
  const head = `${c.bold(release.id)}${withdrawn === undefined ? '' : `  ${c.red('withdrawn')}`}`
  const waiting = stages.filter((s) => !s.there).flatMap((s) => ['', ...readinessLines(s.stage, s.readiness, c)])
  return `${[head, ...factLines(facts, c), ...waiting].join('\n')}\n`
}

const promotionText = (p: ReleaseRecord['promotions'][number]): string =>
  `to ${p.stage} ${minute(p.at)} by ${p.by}, branch ${p.branch}${p.forced === undefined ? '' : `, forced: ${p.forced}`}`

function changesText({ changes, unrecorded }: ReleaseRecord): string {
  const shown = changes.slice(0, 8).join(', ')
  const more = changes.length > 8 ? ` and ${changes.length - 8} more` : ''
  const without = unrecorded.length === 0 ? '' : `; ${count(unrecorded.length, 'commit')} without a record`
  return `${changes.length === 0 ? 'none' : `${changes.length}: ${shown}${more}`}${without}`
}

/** Every criterion of a stage, how it stands, and by what that is known. */
export function readinessLines(stage: string, findings: readonly ReadinessFinding[], c: Colors): readonly string[] {
  const unmet = findings.filter((f) => f.outcome === 'unmet').length
  const verdict = unmet === 0 ? c.green('ready') : c.red(`not ready: ${count(unmet, 'criterion', 'criteria')} not met`)
  const marks = { met: '✓', unmet: '✗', waits: '…' } as const
  const rows = findings.map((f) => [marks[f.outcome], f.criterion, f.evidence].map(escapeControls))
  const paint = (cell: string, column: number, row: number): string => {
    const outcome = findings[row]?.outcome
    if (column === 0) return outcome === 'met' ? c.green(cell) : outcome === 'unmet' ? c.red(cell) : c.yellow(cell)
    return column === 2 ? c.dim(cell) : cell
  }
  return [`${c.bold(`to ${stage}`)}  ${verdict}`, ...columns(rows, { indent: '  ', paint })]
}

export function withdrawnText(release: ReleaseRecord, stranded: readonly Stranded[], c: Colors): string {
  const head = `${c.yellow('withdrawn')} ${c.bold(release.id)}: ${escapeControls(release.withdrawn?.reason ?? '')}`
  if (stranded.length === 0) return `${head}\nno environment follows it\n`
  const rows = stranded.map(({ environment, next }) => [`Environment/${environment} follows it`, next])
  const paint = (cell: string, column: number): string => (column === 1 ? c.bold(cell) : cell)
  return `${[head, ...columns(rows, { indent: '  ', paint })].join('\n')}\n`
}

export function releaseDiffText(found: ReleaseDiff, c: Colors): string {
  const rows = found.changes.map(({ id, title, release }) => [id, release, title].map(escapeControls))
  const paint = (cell: string, column: number): string => (column === 2 ? cell : c.dim(cell))
  const changes = rows.length === 0 ? [] : ['', c.bold('changes'), ...columns(rows, { indent: '  ', paint })]
  return `${comparisonText(found, c)}${changes.join('\n')}${changes.length > 0 ? '\n' : ''}`
}

export const shownNotes = ({ notes }: ReleaseRecord): string => escapeControls(notes)

function factLines(facts: readonly (readonly string[])[], c: Colors): readonly string[] {
  const paint = (cell: string, column: number): string => (column === 0 ? c.dim(cell) : cell)
  return columns(
    facts.map((row) => row.map(escapeControls)),
    { paint },
  )
}
