import type { ReleaseChange } from './release-change.ts'

let made = 0

/** For tests: a change that was carried out, with what the test says of it. */
export const sampleChange = (said: Partial<ReleaseChange> = {}): ReleaseChange => ({
  id: `CHG-2026-${String(++made + 900).padStart(5, '0')}`,
  title: 'Greet people',
  type: 'normal',
  state: 'implemented',
  documents: [],
  services: [],
  hosts: 1,
  trailers: [],
  authors: ['N. Ito'],
  finishedAt: '2026-11-20T12:00:00Z',
  ...said,
})
