import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JournalEntry } from '../../ports/journal.ts'
import { openFileJournal } from './file-journal.ts'

let scratch: string
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'plumbline-journal-'))
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const started = (action: string): JournalEntry => ({ type: 'started', action, at: '2026-10-02T12:00:00Z' })
const finished = (id: string): JournalEntry => ({
  type: 'finished',
  result: { id, outcome: 'applied', detail: 'a\nb' },
})

it('keeps entries in order, apart for each change, until they are removed', async () => {
  const journal = openFileJournal(join(scratch, 'plumbline/journal'))
  expect(await journal.read('CHG-2026-00001')).toEqual([])
  for (const entry of [started('act-1'), finished('act-1'), started('act-2')])
    await journal.append('CHG-2026-00001', entry)
  await journal.append('CHG-2026-00002', started('act-9'))
  expect(await journal.read('CHG-2026-00001')).toEqual([started('act-1'), finished('act-1'), started('act-2')])
  await journal.remove('CHG-2026-00001')
  await journal.remove('CHG-2026-00001')
  expect(await journal.read('CHG-2026-00001')).toEqual([])
  expect(await openFileJournal(join(scratch, 'plumbline/journal')).read('CHG-2026-00002')).toEqual([started('act-9')])
})

it('reads what was whole, wherever the last line was torn, and goes on after it', async () => {
  const folder = join(scratch, 'torn')
  const journal = openFileJournal(folder)
  await journal.append('CHG-1', started('act-1'))
  await journal.append('CHG-1', started('act-2'))
  const whole = readFileSync(join(folder, 'CHG-1.jsonl'), 'utf8')
  const second = whole.indexOf('\n') + 1
  // Losing nothing but the line's end loses no entry.
  for (let size = whole.length - 2; size > second; size -= 1) {
    truncateSync(join(folder, 'CHG-1.jsonl'), size)
    expect(await journal.read('CHG-1')).toEqual([started('act-1')])
  }
  await journal.append('CHG-1', started('act-3'))
  appendFileSync(join(folder, 'CHG-1.jsonl'), 'null\n{"type":"other"}\n\0\0\0')
  expect(await journal.read('CHG-1')).toEqual([started('act-1'), started('act-3')])
})

it('has everything that append returned for, when its process is killed', async () => {
  const folder = join(scratch, 'killed')
  const script = `
    import { openFileJournal } from ${JSON.stringify(join(import.meta.dirname, 'file-journal.ts'))}
    const journal = openFileJournal(${JSON.stringify(folder)})
    for (let i = 0; ; i += 1) {
      await journal.append('CHG-1', { type: 'started', action: 'act-' + i, at: '2026-10-02T12:00:00Z' })
      process.stdout.write(i + '\\n')
    }`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script])
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
    if (out.split('\n').length > 20) child.kill('SIGKILL')
  })
  await new Promise((resolve) => child.on('close', resolve))
  const said = out.split('\n').filter(Boolean).length
  expect(said).toBeGreaterThan(10)
  expect((await openFileJournal(folder).read('CHG-1')).length).toBeGreaterThanOrEqual(said)
})

it('takes no id that leads elsewhere', async () => {
  await expect(openFileJournal(scratch).read('../x')).rejects.toThrow('no id of a change')
})
