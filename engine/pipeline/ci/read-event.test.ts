import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outputLines } from './outputs.ts'
import { largestEvent, readEvent } from './read-event.ts'

const [commit, base] = ['a'.repeat(40), 'b'.repeat(40)]
const queued = (ref: string) => ({ merge_group: { head_sha: commit, base_sha: base, head_ref: ref } })

describe('an event says where to look', () => {
  it.each([
    ['pull_request', { pull_request: { number: 42, title: '$(reboot)' } }, { request: 42 }],
    ['pull_request_review', { pull_request: { number: 7 } }, { request: 7 }],
    ['issue_comment', { issue: { number: 7, pull_request: {} } }, { request: 7 }],
    ['issue_comment', { issue: { number: 7 } }, {}],
    ['check_run', { check_run: { pull_requests: [{ number: 3 }] } }, { request: 3 }],
    ['check_run', { check_run: { pull_requests: [] } }, {}],
    ['push', { after: commit }, {}],
    ['schedule', {}, {}],
    ['merge_group', queued('refs/heads/gh-readonly-queue/main/pr-12-ab12'), { queued: { commit, base, request: 12 } }],
  ])('%s %j', (name, event, hint) => {
    expect(readEvent(name, JSON.stringify(event))).toEqual(hint)
  })
})

describe('an event that is none is told of, whatever it holds', () => {
  it.each([
    ['pull_request', ''],
    ['pull_request', '{'],
    ['pull_request', 'null'],
    ['pull_request', '[]'],
    ['pull_request', '{}'],
    ['pull_request', '{"pull_request":{"number":"42"}}'],
    ['pull_request', '{"pull_request":{"number":-1}}'],
    ['pull_request', '{"pull_request":{"number":1e99}}'],
    ['pull_request', '{"pull_request":{"number":1.5}}'],
    ['pull_request', '{"__proto__":{"pull_request":{"number":42}}}'],
    ['pull_request', `{"a":"${'x'.repeat(largestEvent)}"}`],
    ['merge_group', JSON.stringify(queued('refs/heads/pr-x'))],
    [
      'merge_group',
      JSON.stringify({ merge_group: { head_sha: '--upload-pack=x', base_sha: base, head_ref: '/pr-1-a' } }),
    ],
  ])('%s %s', (name, text) => {
    expect(readEvent(name, text)).toMatchObject({ code: 'event-unreadable', severity: 'error' })
  })

  it('never breaks', () => {
    const names = fc.constantFrom('pull_request', 'merge_group', 'issue_comment', 'check_run', 'push', '\n::x')
    fc.assert(
      fc.property(names, fc.oneof(fc.string(), fc.json()), (name, text) => {
        const read = readEvent(name, text)
        expect('code' in read ? read.code : 'event-unreadable').toBe('event-unreadable')
      }),
    )
  })
})

it('keeps each output within its delimiters, whatever its value', () => {
  const value = fc.oneof(fc.string(), fc.constant('x\nEOF-1\nevil<<EOF-2\n1\nEOF-2'), fc.constant('a\r::set-output::b'))
  fc.assert(
    fc.property(fc.array(value, { maxLength: 4 }), (values) => {
      const outputs = Object.fromEntries(values.map((v, i) => [`name-${i}`, v]))
      const lines = outputLines(outputs, 'a-delimiter').split(/\r\n|\r|\n/)
      expect(lines.length).toBe(values.length * 3 + 1)
      expect(lines.filter((_, i) => i % 3 === 2).every((line) => line === 'a-delimiter')).toBe(true)
    }),
  )
})
