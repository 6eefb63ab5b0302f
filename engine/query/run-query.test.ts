import { describe, expect, it } from 'vitest'
import { type Query, runQuery, valueAt } from './run-query.ts'
import { column, type Row, type Sources, type Table } from './table.ts'

const rows: Row[] = [
  { host: 'b', name: 'openssl', version: '3.0.11-1~deb12u2', size: 10, spec: { rack: { rack: 'r04', unit: 3 } } },
  { host: 'a', name: 'openssl', version: '3.0.9-1', size: 9, spec: {} },
  { host: 'c', name: 'nginx', size: null, until: '2026-11-01T00:00:00Z', spec: { rack: { rack: 'r01', unit: 20 } } },
]
const table: Table = {
  name: 'things',
  about: 'for tests',
  columns: [
    ...['host', 'name', 'until'].map((name) => column(name, 'text', '')),
    column('version', 'version', ''),
    column('size', 'number', ''),
    column('spec', 'map', ''),
  ],
  shown: ['host', 'name'],
  observed: false,
  rows: () => rows,
}
const sources = { now: new Date('2026-10-22T00:00:00Z') } as Sources
const ask = (query: Query) => runQuery(table, query, sources)
function hosts(query: Query): string[] {
  const answer = ask(query)
  if ('refused' in answer) throw new Error(answer.refused[0]?.summary)
  return answer.rows.map((row) => String(row['host']))
}

describe('a query', () => {
  it('has all rows, with every column, where nothing is asked', () => {
    const answer = ask({})
    expect(answer).toMatchObject({ columns: ['host', 'name'], total: 3, warnings: [] })
    expect(answer).toHaveProperty('rows[2].version', null)
  })

  it.each([
    ['name == "openssl" && versionBelow(version, "3.0.10")', ['a']],
    ['name == "openssl" && versionCompare(version, "3.0.9-1") == 0', ['a']],
    ['size > 9', ['b']],
    ['size == null', ['c']],
    ['until != null && daysUntil(until) < 30.0', ['c']],
    ['until != null && timestamp(until) - now < duration("240h1s")', ['c']],
    ['has(spec.rack) && spec.rack.unit > 10', ['c']],
    ['cidrContains("10.0.0.0/8", "10.1.1.1")', ['b', 'a', 'c']],
    ['name.matches("^ng") || host in ["a"]', ['a', 'c']],
  ])('%s', (where, found) => {
    expect(hosts({ where })).toEqual(found)
  })

  it('leaves out rows of which nothing can be told, and says how many and why', () => {
    const answer = ask({ where: 'spec.rack.rack != "r01"' })
    expect(answer).toMatchObject({ rows: [{ host: 'b' }], warnings: [{ code: 'rows-left-out' }] })
    expect(answer).toHaveProperty('warnings[0].summary', expect.stringContaining('1 of 3 rows'))
  })

  it('sorts by what a column is, with nothing last, and cuts after that', () => {
    expect(hosts({ sort: 'version' })).toEqual(['a', 'b', 'c'])
    expect(hosts({ sort: '-version' })).toEqual(['b', 'a', 'c'])
    expect(hosts({ sort: 'size' })).toEqual(['a', 'b', 'c'])
    expect(hosts({ sort: '-spec.rack.unit' })).toEqual(['c', 'b', 'a'])
    expect(ask({ sort: 'host', limit: 1 })).toMatchObject({ rows: [{ host: 'a' }], total: 3 })
  })

  it.each([
    [{ where: 'nmae == "x"' }, 'column-unknown', 'did you mean name?'],
    [{ select: ['host', 'versoin'] }, 'column-unknown', 'did you mean version?'],
    [{ sort: '-zzzzzzzz' }, 'column-unknown', 'its columns are host'],
    [{ where: 'name = "x"' }, 'query-invalid', ''],
    [{ where: 'name' }, 'query-invalid', ''],
    [{ where: 'versionBelow(version, 3)' }, 'query-invalid', ''],
    [
      {
        where:
          '[1,2,3,4,5,6,7,8,9].all(a, [1,2,3,4,5,6,7,8,9].all(b, [1,2,3,4,5,6,7,8,9].all(c, [1,2,3,4,5,6,7,8,9].all(d, [1,2,3,4,5,6,7,8,9].all(e, a+b+c+d+e > 0)))))',
      },
      'query-cost',
      '',
    ],
  ] as const)('%o is refused', (query, code, hint) => {
    expect(ask(query)).toMatchObject({ refused: [{ code, hint: expect.stringContaining(hint) }] })
  })
})

it('finds the way into a value, by its own names only', () => {
  const row: Row = { 'a.b': 1, a: { c: { d: 2 } }, list: [3] }
  expect(['a.b', 'a.c.d', 'a.x', 'a.constructor', 'list.0', 'toString'].map((path) => valueAt(row, path))).toEqual([
    1,
    2,
    null,
    null,
    3,
    null,
  ])
})
