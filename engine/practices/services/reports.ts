import { nameOf, type Report } from '../../model/practice.ts'
import { expectedAvailability } from './availability.ts'
import { minutes, percent } from './check.ts'

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

export const reports: readonly Report[] = [availability]
