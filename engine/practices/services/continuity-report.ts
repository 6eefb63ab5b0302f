import { nameOf } from '../../model/address.ts'
import type { DeclaredRecord } from '../../model/declared-record.ts'
import type { LoadedDocument } from '../../model/document.ts'
import { type Report, type ReportInput, specOf } from '../../model/practice.ts'
import { inStateSince, newestAbout } from '../../model/record-moment.ts'

interface ContinuitySpec {
  readonly stage?: string
  readonly continuity?: { readonly rto?: number; readonly rpo?: number; readonly exerciseDays?: number }
}

/** Days after which what is to come back is tried again, where the service does not say. */
const usual = 365
const day = 86_400_000

/** What was promised about coming back, against what exercises showed. */
export const continuityReport: Report = {
  name: 'continuity',
  summary:
    'how soon each service has to be back and what may be lost, what its last exercise showed, and which is overdue',
  about: 'Service',
  records: ['exercise'],
  run: (input, about) => {
    const rows = about.flatMap((service) => rowOf(input, service))
    return {
      title: 'Continuity',
      tables: [
        {
          caption: 'Services',
          head: ['service', 'back in', 'may lose', 'last exercise', 'how', 'was back in', 'lost', 'verdict', 'next by'],
          rows: rows.map((r) => [
            ...[r.service, minutes(r.rto), minutes(r.rpo), r.last?.on ?? 'never', r.last?.how ?? '–'],
            ...[minutes(r.last?.restored), minutes(r.last?.dataLost), r.verdict, r.nextBy ?? '–'],
          ]),
          empty: 'no service says how soon it has to be back',
        },
      ],
      data: rows.map((r) => ({
        ...{ service: r.service, rto: r.rto ?? null, rpo: r.rpo ?? null, verdict: r.verdict, nextBy: r.nextBy ?? null },
        last: r.last === undefined ? null : { ...r.last },
      })),
    }
  },
}

type Verdict = 'never tried' | 'overdue' | 'too slow' | 'lost too much' | 'holds'

function rowOf({ records, now }: ReportInput, document: LoadedDocument) {
  const { stage = 'live', continuity: { rto, rpo, exerciseDays = usual } = {} } = specOf<ContinuitySpec>(document)
  if (stage === 'retired' || (rto === undefined && rpo === undefined)) return []
  const service = nameOf(document.address)
  const exercise = newestAbout(records?.('exercise') ?? [], 'service', service, ['done'])
  const last = exercise === undefined ? undefined : shownIn(exercise)
  const next = last === undefined ? undefined : Date.parse(last.on) + exerciseDays * day
  const verdict = ((): Verdict => {
    if (last === undefined || next === undefined) return 'never tried'
    if (rto !== undefined && last.restored > rto) return 'too slow'
    if (rpo !== undefined && (last.dataLost ?? 0) > rpo) return 'lost too much'
    return next < now.getTime() ? 'overdue' : 'holds'
  })()
  const nextBy = next === undefined ? undefined : new Date(next).toISOString().slice(0, 10)
  return [{ service, rto, rpo, last, verdict, nextBy }]
}

function shownIn(exercise: DeclaredRecord) {
  const { how, restored, dataLost } = exercise.fields
  return {
    ...{ record: exercise.id, on: inStateSince(exercise).slice(0, 10), how: String(how ?? 'on-paper') },
    restored: Number(restored ?? 0),
    ...(typeof dataLost === 'number' && { dataLost }),
  }
}

const minutes = (count: number | undefined): string => (count === undefined ? '–' : `${count} min`)
