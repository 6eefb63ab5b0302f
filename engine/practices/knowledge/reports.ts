import { nameOf } from '../../model/address.ts'
import type { DeclaredRecord } from '../../model/declared-record.ts'
import type { Report } from '../../model/practice.ts'
import { ownerOf, type TextSpec } from './texts.ts'

/** Runbooks and articles: who looks after them until when, how often they were run, and what people say of them. */
const knowledge: Report = {
  name: 'knowledge',
  summary: 'runbooks and articles: who looks after them, when they are due for review, who found them of use',
  about: 'Runbook',
  also: ['Article'],
  records: ['feedback', 'runbook-run'],
  run: ({ now, records }, about) => {
    const today = now.toISOString().slice(0, 10)
    const feedback = byText(records?.('feedback') ?? [], 'about')
    const runs = byText(records?.('runbook-run') ?? [], 'runbook')
    const rows = about.map((document) => {
      const spec = document.document.spec as unknown as TextSpec
      const name = nameOf(document.address)
      const said = [...(feedback.get(document.address) ?? []), ...(feedback.get(name) ?? [])]
      const ran = runs.get(name) ?? []
      const verdicts = { helpful: 0, unhelpful: 0, stale: 0 }
      for (const { fields, state } of said) {
        const verdict = fields['verdict']
        if (verdict === 'helpful') verdicts.helpful += 1
        // What was done about is over; that it helped stays true.
        else if (state === 'open' && (verdict === 'unhelpful' || verdict === 'stale')) verdicts[verdict] += 1
      }
      const last = ran
        .map((r) => r.openedAt)
        .sort()
        .at(-1)
      const isRunbook = document.document.kind === 'Runbook'
      return {
        ...{ address: document.address, title: spec.title, owner: ownerOf(document) ?? null },
        ...{ status: spec.status ?? 'current', review: spec.review ?? null, ...verdicts },
        ...{ runs: isRunbook ? ran.length : null, lastRun: last ?? null },
        needs: needs(spec, today, verdicts, said.length + ran.length),
      }
    })
    return {
      title: 'Knowledge',
      tables: [
        {
          caption: 'Runbooks and articles',
          head: [
            'what',
            'title',
            'owner',
            'status',
            'review',
            'helpful',
            'unhelpful',
            'stale',
            'runs',
            'last run',
            'needs',
          ],
          rows: rows.map((r) => [
            ...[r.address, r.title, r.owner ?? '–', r.status, r.review ?? '–', r.helpful, r.unhelpful, r.stale],
            ...[r.runs ?? '–', r.lastRun?.slice(0, 10) ?? '–', r.needs.join(', ') || '–'],
          ]),
          empty: 'there are no runbooks or articles',
        },
      ],
      data: rows,
    }
  },
}

type Verdicts = { readonly unhelpful: number; readonly helpful: number; readonly stale: number }

function needs(spec: TextSpec, today: string, said: Verdicts, uses: number): readonly string[] {
  if (spec.status === 'retired') return []
  return [
    ...(spec.review === undefined ? ['a day of review'] : spec.review < today ? ['a review'] : []),
    ...(said.stale > 0 ? ['to be brought up to date'] : []),
    ...(said.unhelpful > said.helpful ? ['to be written anew'] : []),
    ...(uses === 0 ? ['readers'] : []),
  ]
}

function byText(records: readonly DeclaredRecord[], field: string): ReadonlyMap<string, readonly DeclaredRecord[]> {
  const found = new Map<string, DeclaredRecord[]>()
  for (const record of records) {
    const name = record.fields[field]
    if (typeof name !== 'string') continue
    found.set(name, [...(found.get(name) ?? []), record])
  }
  return found
}

export const reports: readonly Report[] = [knowledge]
