import type { EmergencyLine } from '../audit/emergencies.ts'
import type { FailureLine } from '../audit/failures.ts'
import type { AuditReport, ChangeLine } from '../audit/report-shape.ts'
import type { Separation } from '../audit/separation.ts'
import { type Block, type Cell, lines, type Section, type Span, type Tone } from './page.ts'
import { minute, person } from './wording.ts'

/** Sections of the report that are about changes. */
export function changeSections(report: AuditReport): readonly Section[] {
  return [
    population(report),
    duties(report),
    ...(report.sample === undefined ? [] : [sampled(report, report.sample)]),
    exceptions(report),
    emergencies(report),
    failures(report),
  ]
}

function population({ counts, population, outside }: AuditReport): Section {
  const tally = (caption: string, name: string, numbers: Readonly<Record<string, number>>): Block => ({
    kind: 'table',
    caption,
    head: [name, 'Changes'],
    rows: Object.entries(numbers).map(([key, n]) => [key, String(n)]),
    empty: 'none',
  })
  const text = `${counts.total} changes: ${counts.merged} merged in the period, ${counts.carriedOut} carried out in it. A change that reaches several environments or services is counted in each.`
  return {
    heading: 'Population of changes',
    newSheet: true,
    blocks: [
      { kind: 'text', text },
      tally('By type', 'Type', counts.byType),
      tally('By state today', 'State', counts.byState),
      tally('By environment', 'Environment', counts.byEnvironment),
      tally('By service', 'Service', counts.byService),
      {
        kind: 'table',
        caption: 'All changes of the period, by number',
        head: [
          'Change',
          'Title',
          'Type',
          'State',
          'Merged',
          'Merge commit',
          'Started',
          'Ended',
          'Environments',
          'Actions',
        ],
        rows: population.map((l) => [
          l.id,
          l.title,
          l.type,
          [{ mark: l.state, tone: stateTone(l.state) }],
          minute(l.mergedAt),
          l.mergeCommit === undefined ? '–' : [{ commit: l.mergeCommit }],
          minute(l.startedAt),
          minute(l.endedAt),
          lines(l.environments),
          `${l.actions.applied} of ${l.actions.planned}${l.actions.failed > 0 ? `, ${l.actions.failed} failed` : ''}`,
        ]),
        empty: 'No change was merged or carried out in the period.',
      },
      {
        kind: 'table',
        caption: 'Opened in the period, and neither merged nor carried out in it; not in the population',
        head: ['Change', 'Title', 'State'],
        rows: outside.map((o) => [o.id, o.title, o.state]),
        empty: 'Every change that was opened in the period belongs to the population.',
      },
    ],
  }
}

const stateTone = (state: string): Tone =>
  state === 'unapproved' || state === 'failed'
    ? 'bad'
    : state === 'rolled-back' || state === 'paused'
      ? 'caution'
      : 'plain'

const separationWords: Readonly<Record<Separation, readonly [string, Tone]>> = {
  independent: ['independent', 'good'],
  beforehand: ['agreed beforehand', 'good'],
  afterwards: ['reviewed afterwards', 'caution'],
  'not-asked': ['not asked for', 'caution'],
  none: ['none', 'bad'],
}

function separationMark(separation: Separation): Span {
  const [mark, tone] = separationWords[separation]
  return { mark, tone }
}

function duties({ population, counts }: AuditReport): Section {
  return {
    heading: 'Approvals and separation of duties',
    newSheet: true,
    blocks: [
      {
        kind: 'text',
        text: 'Authors are everybody named or signed in a commit of the change: author, committer, co-author, signer. An approver is independent who is none of them. Approver-signed statements carry the key of the approver and can be checked by anybody; forge-asserted ones rest on the word of the forge and of the engine that asked it.',
      },
      {
        kind: 'table',
        caption: 'Changes by separation of duties',
        head: ['Separation', 'Changes'],
        rows: Object.entries(counts.bySeparation).map(([key, n]) => [separationWords[key as Separation][0], String(n)]),
        empty: 'No change in the period.',
      },
      {
        kind: 'table',
        caption: 'Who wrote, agreed, merged and applied',
        head: ['Change', 'Authors', 'Approvals', 'Merged by', 'Applied by', 'Separation', 'Why'],
        rows: population.map((l) => [
          l.id,
          lines([...l.authors.map(person), ...l.strangers.map((s) => `${s} (nobody of the estate)`)]),
          words(l),
          l.mergedBy === undefined ? '–' : person(l.mergedBy),
          lines([...(l.appliedBy === undefined ? [] : [l.appliedBy]), ...l.engineKeys]),
          [separationMark(l.separation)],
          l.separationBecause,
        ]),
        empty: 'No change in the period.',
      },
    ],
  }
}

const words = ({ words: said }: ChangeLine): Cell =>
  lines(said.map((w) => `${w.decision} ${person(w.approver)} ${minute(w.at)}, ${w.assertion}, ${w.shownBy}`))

function sampled({ population }: AuditReport, sample: NonNullable<AuditReport['sample']>): Section {
  const drawn = population.filter((l) => l.sampled)
  return {
    heading: 'Sample',
    newSheet: true,
    blocks: [
      {
        kind: 'facts',
        facts: [
          ['Drawn', `${drawn.length} of ${population.length}, asked for ${sample.size}`],
          ['Seed', sample.seed],
          ['Rule', sample.rule],
        ],
      },
      ...drawn.map(
        (l): Block => ({
          kind: 'part',
          heading: `${l.id} – ${l.title}`,
          blocks: [
            {
              kind: 'facts',
              facts: [
                ['Type, state', `${l.type}, ${l.state}`],
                ['Opened', `${minute(l.openedAt)} by ${person(l.openedBy)}`],
                ['Head', [{ commit: l.head }]],
                [
                  'Merge',
                  l.mergeCommit === undefined
                    ? '–'
                    : [{ commit: l.mergeCommit }, ` by ${person(l.mergedBy ?? 'unknown')}`],
                ],
                ['Authors', lines([...l.authors.map(person), ...l.strangers])],
                ['Approvals', words(l)],
                ['Separation', [separationMark(l.separation), ` ${l.separationBecause}`]],
                ['Environments', lines(l.environments)],
                ['Services', lines(l.services)],
                [
                  'Actions',
                  `${l.actions.planned} planned, ${l.actions.applied} applied, ${l.actions.failed} failed, ${l.actions.other} other`,
                ],
              ],
            },
            {
              kind: 'table',
              caption: `History of ${l.id} on the ledger`,
              head: ['Time (UTC)', 'Transition', 'Actor', 'Entry', 'Signed with'],
              rows: l.events.map((e) => [
                minute(e.at),
                e.transition,
                person(e.actor),
                [{ commit: e.commit }],
                e.signedBy ?? 'no signature that holds',
              ]),
              empty: 'none',
            },
          ],
        }),
      ),
    ],
  }
}

function exceptions({ population, exceptions: found }: AuditReport): Section {
  const titles = new Map(population.map((l) => [l.id, l]))
  return {
    heading: 'Exceptions',
    newSheet: true,
    blocks: [
      {
        kind: 'table',
        caption: 'Merged without the approvals they needed; never applied as such',
        head: ['Change', 'Title', 'Merge commit', 'Merged by', 'Why'],
        rows: found.unapproved.map((id) => {
          const line = titles.get(id)
          const commit = line?.mergeCommit
          return [
            id,
            line?.title ?? '',
            commit === undefined ? '–' : [{ commit }],
            person(line?.mergedBy ?? '–'),
            lines(line?.reasons ?? []),
          ]
        }),
        empty: 'No merge without approval.',
      },
      {
        kind: 'table',
        caption: 'On the target branch, and on no record',
        head: ['Commit', 'Time (UTC)', 'By'],
        rows: found.unrecorded.map((u) => [[{ commit: u.commit }], minute(u.at), u.by]),
        empty: 'No merge without a record.',
      },
      {
        kind: 'table',
        caption: 'Releases promoted by force',
        head: ['Release', 'Stage', 'Environments', 'Time (UTC)', 'By', 'Why', 'Not met'],
        rows: found.forced.map((f) => [
          f.release,
          f.stage,
          lines(f.environments),
          minute(f.at),
          f.by,
          f.because,
          lines(f.unmet),
        ]),
        empty: 'No release was promoted by force.',
      },
      {
        kind: 'table',
        caption: 'Changes on hosts that nobody ordered, open at some time of the period',
        head: ['Number', 'Host', 'Resource', 'Fields', 'Found', 'State', 'Settled', 'By'],
        rows: found.unauthorised.map((u) => [
          u.id,
          u.host,
          u.resource,
          lines(u.fields),
          minute(u.foundAt),
          [{ mark: u.state, tone: u.state === 'open' ? 'bad' : 'plain' }],
          minute(u.settledAt),
          u.settledBy ?? '–',
        ]),
        empty: 'No unauthorised change on record.',
      },
      {
        kind: 'table',
        caption: 'Deviations that somebody answers for (documents in force at the beginning or the end of the period)',
        head: ['Exception', 'Resources', 'Owner', 'Reason', 'Until'],
        rows: found.drift.map((d) => [d.exception, lines(d.resources), d.owner, d.reason, d.expires]),
        empty: 'No deviation was let be.',
      },
    ],
  }
}

const emergencyWords: Readonly<Record<EmergencyLine['verdict'], readonly [string, Tone]>> = {
  independent: ['in time, independent', 'good'],
  late: ['late', 'bad'],
  'not-independent': ['not independent', 'bad'],
  waiting: ['still to come', 'caution'],
  overdue: ['overdue', 'bad'],
  'not-begun': ['not begun', 'plain'],
}

function emergencies({ emergencies: found }: AuditReport): Section {
  return {
    heading: 'Emergency changes',
    blocks: [
      {
        kind: 'table',
        caption: 'Carried out on the word of one person, to be reviewed by another within 24 hours of their start',
        head: ['Change', 'Title', 'Who', 'As', 'Why', 'Incident', 'Glass broken', 'Review due', 'Reviewed', 'Verdict'],
        rows: found.map((e) => {
          const [mark, tone] = emergencyWords[e.verdict]
          const review =
            e.review === undefined ? '–' : `${minute(e.review.at)} by ${person(e.review.reviewer)}: ${e.review.outcome}`
          return [
            ...[e.change, e.title, person(e.person), e.role.replace(/^Team\//, ''), e.reason, e.incident],
            ...[
              minute(e.at),
              minute(e.reviewDue),
              lines([review, ...(e.review?.comment === undefined ? [] : [e.review.comment])]),
            ],
            [{ mark, tone }],
          ]
        }),
        empty: 'No emergency change in the period.',
      },
    ],
  }
}

const outcomeWords: Readonly<Record<FailureLine['outcome'], readonly [string, Tone]>> = {
  'rolled-back': ['rolled back', 'plain'],
  'rolled-back-in-part': ['rolled back in part', 'plain'],
  'implemented-later': ['implemented at a later attempt', 'plain'],
  superseded: ['superseded', 'plain'],
  open: ['open', 'bad'],
}

function failures({ failures: found }: AuditReport): Section {
  return {
    heading: 'Failed and rolled-back changes',
    blocks: [
      {
        kind: 'table',
        caption: 'What failed or was taken back, and how it ended',
        head: ['Change', 'Title', 'Failed', 'Reasons', 'Ended', 'By', 'Settled'],
        rows: found.map((f) => {
          const [mark, tone] = outcomeWords[f.outcome]
          const by = `${f.by ?? '–'}${f.automatic ? ', by the engine itself' : ''}`
          return [f.change, f.title, minute(f.failedAt), lines(f.reasons), [{ mark, tone }], by, minute(f.settledAt)]
        }),
        empty: 'Nothing failed or was rolled back.',
      },
    ],
  }
}
