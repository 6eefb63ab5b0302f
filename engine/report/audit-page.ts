import type { CheckName } from '../audit/frameworks.ts'
import type { AuditReport, ChangeLine } from '../audit/report-shape.ts'
import { accessBlocks } from './access-page.ts'
import { changeSections } from './change-sections.ts'
import type { Block, Cell, Page, Section, Span, Tone } from './page.ts'
import { day, minute } from './wording.ts'

/** The report as pages that an auditor reads from the top. */
export function auditPage(report: AuditReport): Page {
  const { framework, period, estate, verification, madeAt, engine } = report
  return {
    title: `Evidence of change control, ${framework.name}`,
    subtitle: `${day(period.from)} to ${day(period.to)} (UTC) · estate ${estate.repository}`,
    verdict: verdictOf(report),
    sections: [
      summary(report),
      basis(report),
      ...changeSections(report),
      {
        heading: 'Access at the end of the period',
        newSheet: true,
        blocks: [
          { kind: 'text', text: `As of ${minute(report.access.at)}, by the documents of the target branch then.` },
          ...accessBlocks(report.access),
        ],
      },
      controls(report),
      howToCheck(report),
    ],
    foot: `Made ${minute(madeAt)} with Plumbline ${engine} from ledger ${verification.tip ?? 'without entries'}, ${estate.branch} at ${estate.tip}.`,
  }
}

function verdictOf({ verification, controls }: AuditReport): NonNullable<Page['verdict']> {
  const { ok, intact, trust, witnessed, entries, firstBad, findings } = verification
  const errors = findings.filter((f) => f.severity === 'error')
  const told = errors.slice(0, 5).map((f) => f.summary)
  const more = errors.length > told.length ? [`… and ${errors.length - told.length} more, under Basis.`] : []
  if (!intact)
    return {
      tone: 'bad',
      headline: 'The check of the ledger failed: it is not what its writers left. Nothing below can be relied on.',
      lines: [
        ...(firstBad === undefined
          ? []
          : [`The first entry that does not hold is ${firstBad.commit}: ${firstBad.because}.`]),
        ...told,
        ...more,
      ],
    }
  const caveats = [
    ...(trust === 'pinned'
      ? []
      : ['Keys are self-asserted: the ledger itself says who may write it. Check with --allowed-signers.']),
    ...(witnessed
      ? []
      : ['No witness was given, so nobody can see whether its end was cut off. Check with --witness.']),
  ]
  if (!ok)
    return {
      tone: 'bad',
      headline: `The check failed: all ${entries} entries of the ledger hold, and they show what must not be.`,
      lines: [...told, ...more, ...caveats],
    }
  const exceptions = controls.filter((c) => c.result === 'exception').map((c) => c.id)
  const result = exceptions.length === 0 ? 'no control has an exception' : `exceptions for ${exceptions.join(', ')}`
  return {
    tone: caveats.length === 0 && exceptions.length === 0 ? 'good' : 'caution',
    headline: `The ledger holds: ${entries} entries checked; ${result}.`,
    lines: caveats,
  }
}

function summary(report: AuditReport): Section {
  const { counts, exceptions, emergencies, failures, access } = report
  const number = (n: number, bad = false): Cell => (bad && n > 0 ? [{ mark: String(n), tone: 'bad' }] : String(n))
  const lateReviews = emergencies.filter((e) => ['late', 'overdue', 'not-independent'].includes(e.verdict)).length
  return {
    heading: 'Summary',
    blocks: [
      {
        kind: 'facts',
        facts: [
          ['Changes of the period', number(counts.total)],
          ['Of them merged / carried out', `${counts.merged} / ${counts.carriedOut}`],
          ['Without separation of duties', number(counts.bySeparation['none'] ?? 0, true)],
          ['Merged without approval', number(exceptions.unapproved.length, true)],
          ['Merged without a record', number(exceptions.unrecorded.length, true)],
          ['Promotions by force', number(exceptions.forced.length, true)],
          ['Emergency changes', number(emergencies.length)],
          ['Of them reviewed late, not at all, or not independently', number(lateReviews, true)],
          ['Failed or rolled back', number(failures.length)],
          ['Of them still open', number(failures.filter((f) => f.outcome === 'open').length, true)],
          ['Unauthorised changes on hosts', number(exceptions.unauthorised.length)],
          ['Of them still open', number(exceptions.unauthorised.filter((u) => u.state === 'open').length, true)],
          ['Accounts on hosts at the end', number(access.rows.length)],
        ],
      },
      {
        kind: 'table',
        caption: 'Controls that this evidence speaks for',
        head: ['Control', 'About', 'Result'],
        rows: report.controls.map((c) => [c.id, c.about, [resultMark(c.result)]]),
        empty: 'none',
      },
    ],
  }
}

const resultWords: Readonly<Record<string, readonly [string, Tone]>> = {
  met: ['met', 'good'],
  exception: ['exception', 'bad'],
  'not-enough': ['not enough evidence', 'caution'],
  none: ['nothing occurred', 'plain'],
}

function resultMark(result: string): Span {
  const [mark, tone] = resultWords[result] ?? [result, 'plain']
  return { mark, tone }
}

function basis({ estate, verification, framework, criterion, period, engine, madeAt }: AuditReport): Section {
  return {
    heading: 'Basis',
    blocks: [
      {
        kind: 'facts',
        facts: [
          [
            'Framework',
            `${framework.name}, ${framework.edition} (${framework.publisher}); wording of controls is ours`,
          ],
          ['Period', `${period.from} to ${period.to}`],
          ['Estate', estate.repository],
          [
            'Rule',
            estate.rule === 'solo' ? 'solo: nobody besides the author is asked' : 'one independent approval at least',
          ],
          ['Kept since', [{ commit: estate.adoption }]],
          ['Target branch', [`${estate.branch} at `, { commit: estate.tip }]],
          ['Ledger', verification.tip === undefined ? 'none' : [{ commit: verification.tip }]],
          ['Entries checked', String(verification.entries)],
          ['Result of the check', [holds(verification)]],
          ['Keys', verification.trust === 'pinned' ? 'pinned by a file from outside' : 'self-asserted by the ledger'],
          ['Witness', verification.witnessed ? 'compared with a tip noted elsewhere' : 'none'],
          ['Made', `${minute(madeAt)} with Plumbline ${engine}`],
        ],
      },
      { kind: 'text', text: criterion },
      {
        kind: 'table',
        caption: 'What the check of the ledger found',
        head: ['Code', 'Severity', 'Finding'],
        rows: verification.findings.map((f) => [f.code, f.severity, f.summary]),
        empty: 'The check of the ledger found nothing.',
      },
    ],
  }
}

function holds({ ok, intact }: AuditReport['verification']): Span {
  if (!intact) return { mark: 'does not hold', tone: 'bad' }
  return ok ? { mark: 'holds', tone: 'good' } : { mark: 'holds, and shows what must not be', tone: 'bad' }
}

/** What each check asks, as a heading. */
const checkWords: Readonly<Record<CheckName, string>> = {
  approved: 'Changes were approved',
  separated: 'Duties were separated',
  traceable: 'Changes can be traced to results',
  'promotions-ready': 'Releases were ready when promoted',
  'emergencies-reviewed': 'Emergencies were reviewed',
  'failures-settled': 'Failures were put right',
  'deviations-settled': 'Unauthorised changes were settled',
  'deviations-owned': 'Deviations have owners',
  'way-back': 'The way back was known',
  'access-changes-approved': 'Changes of access were approved',
  'access-given-by-change': 'Access was given by changes',
  'privileges-given-by-change': 'Privileges were given by changes',
  'nothing-left-over': 'What was taken away is gone',
  'ledger-intact': 'The ledger is intact',
  'statements-signed': 'Approvals are signed by their authors',
}

function controls(report: AuditReport): Section {
  const parts = report.controls.map(
    (c): Block => ({
      kind: 'part',
      heading: `${c.id} – ${c.about}`,
      blocks: [
        {
          kind: 'facts',
          facts: [
            ['Result', [resultMark(c.result)]],
            ['Not spoken for', c.silent],
          ],
        },
        {
          kind: 'table',
          caption: `Checks for ${c.id}`,
          head: ['Check', 'Result', 'Why', 'Shown by'],
          rows: c.checks.map((k) => [checkWords[k.check], [resultMark(k.result)], k.because, shown(k.records)]),
          empty: 'none',
        },
      ],
    }),
  )
  const text = `A control is met where everything that was seen of it in the period is as it should be. An exception names what is not. Not enough evidence means that nothing happened that could show it, or that what is shown rests on somebody's word. ${report.framework.name} has controls that a ledger of changes says nothing of; they are not listed.`
  return { heading: 'Controls', newSheet: true, blocks: [{ kind: 'text', text }, ...parts] }
}

/** Enough to look it up; all of them stand in the JSON form. */
function shown(records: readonly string[]): string {
  const some = records.slice(0, 12).map((r) => (/^[0-9a-f]{40,64}$/.test(r) ? r.slice(0, 12) : r))
  const more = records.length - some.length
  return `${some.join(', ')}${more > 0 ? `, and ${more} more` : ''}` || '–'
}

function howToCheck({ estate, period, framework, verification, sample }: AuditReport): Section {
  const dates = `--from ${day(period.from)} --to ${day(period.to)}`
  const drawn = sample === undefined ? '' : ` --sample ${sample.size} --seed '${sample.seed.replaceAll("'", "'\\''")}'`
  return {
    heading: 'How to check this report',
    blocks: [
      {
        kind: 'text',
        text: 'Everything here is computed from a clone of the repository. Whoever has one can make it again, compare it, and read each record without this program.',
      },
      {
        kind: 'code',
        text: [
          'git clone --bare <address of the repository> estate.git && cd estate.git',
          'plumbline audit verify --allowed-signers <your file> --witness <tip that you noted>',
          `plumbline audit report ${dates} --framework ${framework.id}${drawn}`,
          '# one record with its history, by git alone:',
          'git log --format=fuller ledger -- changes/',
          `git log --first-parent ${estate.branch}`,
          '# the signatures of one change, for ssh-keygen:',
          'plumbline audit export CHG-…',
        ].join('\n'),
      },
      {
        kind: 'text',
        text: `This report was made from ledger ${verification.tip ?? '–'}; a later one may know more, such as a review that came after.`,
      },
    ],
  }
}

/** One row for each change of the population. */
export const populationHead = [
  ...[
    'id',
    'title',
    'type',
    'state',
    'in the population because',
    'opened at',
    'opened by',
    'merged at',
    'merge commit',
  ],
  ...['merged by', 'head commit', 'started at', 'ended at', 'applied by', 'engine keys', 'authors', 'unknown authors'],
  ...[
    'approvals',
    'separation of duties',
    'why',
    'environments',
    'services',
    'owners',
    'risk',
    'actions planned',
    'applied',
  ],
  ...['failed', 'other', 'template', 'takes back', 'taken back by', 'reasons', 'sampled'],
] as const

export function populationRow(line: ChangeLine): readonly string[] {
  const { actions } = line
  const all = (items: readonly string[]): string => items.join('; ')
  return [
    ...[
      line.id,
      line.title,
      line.type,
      line.state,
      all(line.because),
      line.openedAt,
      line.openedBy,
      line.mergedAt ?? '',
    ],
    ...[line.mergeCommit ?? '', line.mergedBy ?? '', line.head, line.startedAt ?? '', line.endedAt ?? ''],
    ...[line.appliedBy ?? '', all(line.engineKeys), all(line.authors), all(line.strangers)],
    all(line.words.map((w) => `${w.decision} by ${w.approver} at ${w.at}, ${w.assertion} (${w.shownBy})`)),
    ...[line.separation, line.separationBecause, all(line.environments), all(line.services), all(line.owners)],
    ...[
      line.risk ?? '',
      String(actions.planned),
      String(actions.applied),
      String(actions.failed),
      String(actions.other),
    ],
    ...[
      line.template ?? '',
      all(line.rollbackOf),
      line.rolledBackBy ?? '',
      all(line.reasons),
      line.sampled ? 'yes' : 'no',
    ],
  ]
}
