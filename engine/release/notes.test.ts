import { expect, it } from 'vitest'
import { releaseNotes } from './notes.ts'
import { sampleChange } from './test-changes.ts'

const about = {
  pipeline: 'platform',
  version: '2.0.0',
  previous: '1.4.0',
  at: '2026-11-22T12:00:00Z',
  unrecorded: [],
  numbering: {
    scheme: 'semver',
    bump: [
      { to: 'major', trailer: 'Breaking' },
      { to: 'minor', kinds: ['Service'] },
    ],
  },
} as const

it('tell what breaks first, then what is new, then what is mended, and what came to nothing at the end', () => {
  const service = { address: 'Service/checkout', kind: 'Service', labels: [{}], owner: 'team/shop' } as const
  const notes = releaseNotes({
    ...about,
    changes: [
      sampleChange({ id: 'CHG-2026-00001', title: 'Renew a certificate', type: 'standard', hosts: 3 }),
      sampleChange({ id: 'CHG-2026-00002', title: 'A new till', documents: [service], services: ['Service/checkout'] }),
      sampleChange({
        id: 'CHG-2026-00003',
        title: 'Close the old port',
        authors: ['M. Okafor'],
        trailers: [{ name: 'Breaking', value: 'clients use 8443 from now on' }],
      }),
      sampleChange({ id: 'CHG-2026-00004', title: 'Stop the leak', type: 'emergency', incident: 'INC-7' }),
      sampleChange({ id: 'CHG-2026-00005', title: 'A mistake', rolledBackBy: 'CHG-2026-00006' }),
      sampleChange({ id: 'CHG-2026-00006', title: 'Roll back a mistake', rollbackOf: 'CHG-2026-00005' }),
      sampleChange({ id: 'CHG-2026-00007', title: 'Promote', promotes: ['platform/1.4.0'] }),
    ],
  })
  expect(notes).toBe(`# platform 2.0.0

2026-11-22. After 1.4.0: 4 changes by 2 people, reaching 1 service.

## Breaking

- Close the old port (CHG-2026-00003; 1 host)
  clients use 8443 from now on

## New

- A new till (CHG-2026-00002; checkout; 1 host; team/shop)

## Fixes and upkeep

- Renew a certificate (CHG-2026-00001, standard; 3 hosts)
- Stop the leak (CHG-2026-00004, emergency for INC-7; 1 host)

## Taken back

- A mistake (CHG-2026-00005, by CHG-2026-00006)

## Promotions

- platform/1.4.0 (CHG-2026-00007)
`)
})

it('keep what people wrote from becoming markup', () => {
  const notes = releaseNotes({ ...about, changes: [sampleChange({ title: '<b>*x*</b>\n# [a](b) `c`' })] })
  expect(notes).toContain('- \\<b\\>\\*x\\*\\</b\\> \\# \\[a\\](b) \\`c\\` (')
})

it('name commits that no record knows', () => {
  const notes = releaseNotes({ ...about, changes: [], unrecorded: ['0123456789abcdef0123456789abcdef01234567'] })
  expect(notes).toContain('After 1.4.0: 0 changes.')
  expect(notes).toContain('## Without a change record\n\n- `0123456789ab`')
})

it('go by the type of the change where numbers come from the calendar', () => {
  const changes = [sampleChange({ type: 'standard' }), sampleChange(), sampleChange({ type: 'emergency' })]
  const notes = releaseNotes({ ...about, numbering: { scheme: 'calver' }, changes })
  expect([...notes.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual([
    'Emergencies',
    'Changes',
    'Standard changes',
  ])
})
