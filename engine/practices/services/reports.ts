import { nameOf } from '../../model/address.ts'
import { type Report, specOf } from '../../model/practice.ts'
import { inStateSince, newestAbout } from '../../model/record-moment.ts'
import { expectedAvailability } from './availability.ts'
import { minutes, percent } from './check.ts'
import { scorecards } from './design.ts'

/** Minutes of a month of thirty days. */
const month = 30 * 24 * 60

/** What can be expected of each service, and what it stands or falls with. */
const availability: Report = {
  name: 'availability',
  summary: 'how available services can be expected to be, against what is promised, and their single points of failure',
  about: 'Service',
  run: ({ graph }, about) => {
    const expected = expectedAvailability(graph)
    const rows = about.flatMap((d) => expected.get(d.address) ?? [])
    return {
      title: 'Availability',
      tables: [
        {
          caption: 'Services',
          head: [
            'service',
            'promised',
            'expected',
            'away a month',
            'back within',
            'single points of failure',
            'nothing known of',
          ],
          rows: rows.map(({ service, availability: share, singlePoints, assumed }) => [
            nameOf(service.address),
            service.target === undefined ? '–' : percent(service.target),
            share === undefined ? 'too much to work out' : percent(share),
            share === undefined ? '–' : `${Math.round((1 - share) * month)} min`,
            service.rto === undefined ? '–' : minutes(service.rto),
            singlePoints.join(', ') || 'none',
            assumed,
          ]),
          empty: 'there are no services',
        },
      ],
      data: rows.map(({ service, availability: share, singlePoints, assumed }) => ({
        service: nameOf(service.address),
        target: service.target ?? null,
        expected: share ?? null,
        rto: service.rto ?? null,
        rpo: service.rpo ?? null,
        singlePoints,
        assumed,
      })),
    }
  },
}

/** How each service is designed, criterion by criterion. */
const cards: Report = {
  name: 'scorecards',
  summary: 'how much of what the standard of design asks for each service has, and what is missing',
  about: 'Service',
  records: ['design-review'],
  run: ({ graph, records }, about) => {
    const wanted = new Set(about.map((d) => d.address))
    const reviews = records?.('design-review') ?? []
    const rows = scorecards(graph)
      .filter((c) => wanted.has(c.service))
      .map((c) => ({ ...c, review: newestAbout(reviews, 'service', nameOf(c.service), ['done', 'conditions']) }))
    return {
      title: 'Scorecards of design',
      tables: [
        {
          caption: 'Services',
          head: ['service', 'standard', 'score', 'needs', 'level', 'missing', 'last review', 'verdict'],
          rows: rows.map((c) => [
            ...[nameOf(c.service), nameOf(c.standard.address)],
            ...[c.score, c.required ?? '–', c.level ?? '–'],
            c.criteria
              .filter((k) => !k.met)
              .map((k) => k.name)
              .join(', ') || 'nothing',
            c.review === undefined ? 'never' : inStateSince(c.review).slice(0, 10),
            c.review === undefined ? '–' : `${c.review.fields['verdict'] ?? ''} (${c.review.id}, ${c.review.state})`,
          ]),
          empty: 'there is no standard of design',
        },
      ],
      data: rows.map((c) => ({
        ...{ service: nameOf(c.service), standard: nameOf(c.standard.address), score: c.score },
        ...{ required: c.required ?? null, level: c.level ?? null, criteria: c.criteria.map((k) => ({ ...k })) },
        review: c.review === undefined ? null : { id: c.review.id, on: inStateSince(c.review), state: c.review.state },
      })),
    }
  },
}

interface PortfolioSpec {
  readonly purpose?: string
  readonly stage?: string
  readonly criticality?: number
  readonly value?: number
  readonly budget?: { readonly amount: number; readonly currency: string }
  readonly demand?: { readonly amount: number; readonly unit: string }
}

/** What each service is there for, costs and is worth; and those of which nobody knows. */
const portfolio: Report = {
  name: 'portfolio',
  summary:
    'services by stage, with what they are for, their budget, value and demand; what has no objective, owner or budget is named',
  about: 'Service',
  records: ['strategy-review'],
  run: ({ graph, records }, about) => {
    const reviews = records?.('strategy-review') ?? []
    const rows = about
      .map((document) => {
        const { stage = 'live', criticality = 3, value, budget, demand } = specOf<PortfolioSpec>(document)
        const objectives = graph
          .outgoing(document.address)
          .flatMap((e) => (e.label === 'spec.objectives' ? [nameOf(e.to)] : []))
        const { owner } = document.document.metadata
        const without = [
          objectives.length === 0 ? 'objective' : '',
          owner === undefined ? 'owner' : '',
          budget === undefined ? 'budget' : '',
        ].filter((w) => w !== '')
        const review = newestAbout(reviews, 'service', nameOf(document.address), ['decided'])
        return {
          service: nameOf(document.address),
          decided:
            review === undefined
              ? undefined
              : `${review.fields['decision']} on ${inStateSince(review).slice(0, 10)} (${review.id})`,
          stage,
          criticality,
          value,
          budget,
          demand,
          objectives,
          owner,
          without,
        }
      })
      .sort((a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage) || (b.value ?? 0) - (a.value ?? 0))
    return {
      title: 'Portfolio',
      tables: [
        {
          caption: 'Services',
          head: [
            'service',
            'stage',
            'objectives',
            'owner',
            'value',
            'criticality',
            'budget a year',
            'demand a month',
            'a unit',
            'without',
            'last decided',
          ],
          rows: rows.map((r) => [
            ...[r.service, r.stage, r.objectives.join(', ') || '–', r.owner ?? '–', r.value ?? '–', r.criticality],
            r.budget === undefined ? '–' : `${r.budget.amount} ${r.budget.currency}`,
            r.demand === undefined ? '–' : `${r.demand.amount} ${r.demand.unit}`,
            r.budget === undefined || r.demand === undefined || r.demand.amount === 0
              ? '–'
              : `${(r.budget.amount / 12 / r.demand.amount).toFixed(2)} ${r.budget.currency}`,
            r.without.join(', ') || 'nothing',
            r.decided ?? 'never',
          ]),
          empty: 'there are no services',
        },
      ],
      data: rows.map((r) => ({
        ...r,
        owner: r.owner ?? null,
        decided: r.decided ?? null,
        value: r.value ?? null,
        budget: r.budget === undefined ? null : { ...r.budget },
        demand: r.demand === undefined ? null : { ...r.demand },
      })),
    }
  },
}

const stages = ['pipeline', 'live', 'retiring', 'retired']

export const reports: readonly Report[] = [availability, cards, portfolio]
