/** How much of a plan is told. What does not fit is counted, so that the reader is told what they do not see. */
export interface Room {
  /** Lines of one difference, and unchanged lines around each. */
  readonly diffLines: number
  readonly context: number
  /** Groups of hosts whose differences are shown. */
  readonly groups: number
  /** Rows of a table. */
  readonly rows: number
  /** Changes listed for one row. */
  readonly changes: number
  /** Entries of a list: findings, reasons, people. */
  readonly items: number
  /** Characters of one text that is not ours. */
  readonly text: number
  /** Notes that so many of these are left out. */
  readonly leaveOut: (what: LeftOut, several: number) => void
}

export const leftOutWords = {
  lines: ['line of differences', 'lines of differences'],
  differences: ['host’s differences', 'hosts’ differences'],
  hosts: ['host in the table', 'hosts in the table'],
  changes: ['change in the table', 'changes in the table'],
  services: ['service', 'services'],
  findings: ['finding', 'findings'],
  reasons: ['reason', 'reasons'],
} as const

export type LeftOut = keyof typeof leftOutWords

/** The first ones; the rest is noted as left out. */
export function some<Item>(room: Room, items: readonly Item[], most: number, what: LeftOut): readonly Item[] {
  if (items.length > most) room.leaveOut(what, items.length - most)
  return items.slice(0, most)
}

type Size = Omit<Room, 'leaveOut'>

/** For a comment, the roomiest first. Each gives up a little more: lines of differences, then all of them, then single hosts. */
export const commentSizes: readonly Size[] = [
  { diffLines: 80, context: 2, groups: 30, rows: 40, changes: 12, items: 20, text: 600 },
  { diffLines: 20, context: 1, groups: 30, rows: 40, changes: 12, items: 20, text: 600 },
  { diffLines: 6, context: 0, groups: 20, rows: 40, changes: 8, items: 20, text: 400 },
  { diffLines: 0, context: 0, groups: 0, rows: 40, changes: 8, items: 15, text: 300 },
  { diffLines: 0, context: 0, groups: 0, rows: 15, changes: 4, items: 10, text: 200 },
  { diffLines: 0, context: 0, groups: 0, rows: 6, changes: 0, items: 5, text: 120 },
]

/** For the summary of a step, which may be sixteen times as long. */
export const summarySizes: readonly Size[] = [
  { diffLines: 500, context: 3, groups: 500, rows: 500, changes: 40, items: 100, text: 2000 },
  { diffLines: 100, context: 2, groups: 200, rows: 200, changes: 20, items: 100, text: 1000 },
  { diffLines: 20, context: 1, groups: 200, rows: 100, changes: 12, items: 50, text: 600 },
  { diffLines: 6, context: 0, groups: 100, rows: 100, changes: 12, items: 50, text: 600 },
  ...commentSizes,
]
