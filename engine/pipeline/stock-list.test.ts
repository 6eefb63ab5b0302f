import { describe, expect, it } from 'vitest'
import { practiceEstate } from '../../test/practice-cases.ts'
import { readStockList } from './stock-list.ts'

const { graph } = practiceEstate(`
{ kind: Site, metadata: { name: s }, spec: {} }
{ kind: Room, metadata: { name: hall }, spec: { site: s } }
{ kind: Room, metadata: { name: r1 }, spec: { site: s } }
{ kind: Rack, metadata: { name: r1 }, spec: { room: hall } }
`)

const read = (text: string, file = 'list.csv') => readStockList(text, file, graph, undefined)

describe('lists of what was seen', () => {
  it.each([
    ['comma-separated', 'tag,rack\nLB-1,r1\n\n"LB,2",R1\n'],
    [
      'with semicolons, quotes, other names and a byte order mark',
      '\uFEFF"Asset Tag";note;"Rack"\r\nLB-1;"a;b";r1\r\n\r\n"LB,2";;r1\r\n',
    ],
    ['with tabs and a kind', 'serial_number\tlocation\nLB-1\track/r1\n\nLB,2\track/r1\n'],
  ])('are %s values', async (_, text) => {
    expect(await read(text)).toEqual({
      scans: [
        { line: 2, mark: 'LB-1', place: 'Rack/r1' },
        { line: 4, mark: 'LB,2', place: 'Rack/r1' },
      ],
    })
  })

  it('are what a scanner wrote, from place to place', async () => {
    expect(await read('# by Ana\nLB-0\n\nRACK/r1\n LB-1 \nroom/hall\nLB-2', 'scans.txt')).toEqual({
      scans: [
        { line: 2, mark: 'LB-0' },
        { line: 4, mark: '', place: 'Rack/r1' },
        { line: 5, mark: 'LB-1', place: 'Rack/r1' },
        { line: 6, mark: '', place: 'Room/hall' },
        { line: 7, mark: 'LB-2', place: 'Room/hall' },
      ],
    })
  })

  it.each([
    ['', 'stock-list', undefined, 'there is nothing in it'],
    ['\n \n', 'stock-list', undefined, 'there is nothing in it'],
    ['name,where\nx,y\n', 'stock-list', 1, 'names no column tag, serial or asset'],
    ['tag,rack\n"LB-1,r1\n', 'stock-list', expect.any(Number), 'Quote Not Closed'],
    ['tag\nA\0B\n', 'stock-list', undefined, 'no text'],
    [`tag,rack\n${'x'.repeat(300)},r1\n`, 'stock-list', 2, '300 characters'],
    ['tag,rack\nLB-1,r9\n', 'document-unknown', 2, 'there is no rack "r9"'],
    ['tag,location\nLB-1,r1\n', 'document-unknown', 2, '"r1" is Rack/r1 and Room/r1'],
    ['tag,rack\nLB-1,__proto__\n', 'document-unknown', 2, 'there is no rack'],
  ])('that can not be read are refused: %j', async (text, code, line, summary) => {
    const found = await read(text)
    expect(found).toMatchObject({
      refused: [
        { code, file: 'list.csv', ...(line !== undefined && { line }), summary: expect.stringContaining(summary) },
      ],
    })
  })

  it('may have columns of any name', async () => {
    expect(await read('tag,__proto__,constructor\nLB-1,x,y\n')).toEqual({ scans: [{ line: 2, mark: 'LB-1' }] })
  })
})
