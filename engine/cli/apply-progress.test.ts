import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import ajvFormats from 'ajv-formats'
import picocolors from 'picocolors'
import { describe, expect, it } from 'vitest'
import type { PipelineEvent } from '../model/event.ts'
import { applyProgress } from './apply-progress.ts'
import type { Terminal } from './terminal.ts'

/** One of each: a type that is new has to get its words in the schema. */
const samples: { readonly [Type in PipelineEvent['type']]: Extract<PipelineEvent, { type: Type }> } = {
  observing: { type: 'observing', hosts: 3 },
  observed: { type: 'observed', host: 'web-01', ok: true, done: 1, of: 3 },
  lock: { type: 'lock', environment: 'prod', fence: 4, tookOver: false },
  wave: { type: 'wave', name: 'canary', environment: 'prod', hosts: ['web-01'], number: 1, of: 3 },
  'action-started': { type: 'action-started', host: 'web-01', action: 'act-1', summary: 'write /etc/motd' },
  'action-finished': { type: 'action-finished', host: 'web-01', action: 'act-1', outcome: 'failed', detail: 'no room' },
  gate: { type: 'gate', wave: 'canary', gate: 'healthy', ok: false, detail: 'web-01: closed' },
  waiting: { type: 'waiting', what: 'gate healthy on web-01: closed', milliseconds: 200_000, attempt: 1, of: 6 },
  indexing: { type: 'indexing', records: 2000 },
  judged: { type: 'judged', change: 'CHG-2026-00001', done: 1, of: 2 },
  stopped: { type: 'stopped', reason: 'gate-failed: healthy' },
  'taking-back': { type: 'taking-back', change: 'CHG-2026-00001', by: 'CHG-2026-00002', actions: 2 },
  diagnostic: { type: 'diagnostic', diagnostic: { code: 'x', severity: 'warning', summary: 'y' } },
}

function told(style: 'text' | 'json', interactive = false): string {
  let err = ''
  let now = Date.parse('2026-10-02T08:00:00Z')
  const terminal: Terminal = {
    out: () => {
      throw new Error('the result alone goes to standard output')
    },
    err: (text) => {
      err += text
    },
    cwd: '/',
    env: {},
    interactive,
    width: 60,
    colors: picocolors.createColors(false),
  }
  const emit = applyProgress(terminal, style, () => {
    now += 1500
    return now
  })
  for (const event of Object.values(samples)) emit(event)
  return err
}

describe('progress', () => {
  it('as JSON keeps to its schema, event by event', () => {
    const ajv = new Ajv2020({ strict: false })
    ajvFormats.default(ajv)
    const validate = ajv.compile(JSON.parse(readFileSync('docs/reference/progress.schema.json', 'utf8')) as object)
    const lines = told('json').trimEnd().split('\n')
    expect(lines).toHaveLength(Object.keys(samples).length)
    for (const line of lines)
      expect(validate(JSON.parse(line)), `${line} ${JSON.stringify(validate.errors)}`).toBe(true)
  })

  it('for a person says where it is, what took long, and what is waited for', () => {
    const text = told('text')
    expect(text).toMatch(/^canary {2}1 host: web-01 {2}prod 1\/3, after \d+ s$/m)
    expect(text).toMatch(/^ {2}✗ web-01 {2}write \/etc\/motd {2}\d+ s {2}no room$/m)
    expect(text).toContain('… waiting 3 min 20 s for gate healthy on web-01: closed, attempt 1 of 6')
    expect(text).toContain('taking CHG-2026-00001 back as CHG-2026-00002: 2 actions')
  })

  it('on a terminal has one line that is written over, no wider than the terminal', () => {
    const lines = told('text', true)
      .split('\n')
      .flatMap((line) => line.split('\r\u001B[2K'))
    const status = lines.find((line) => line.includes('·'))
    expect(status).toMatch(/^prod canary · \d+ s · web-01 {2}write \/etc\/motd/)
    expect(status?.length).toBeLessThan(60)
  })
})
