import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { practiceEstate } from '../../test/practice-cases.ts'
import type { Address } from '../model/address.ts'
import type { Json } from '../model/document.ts'
import type { IncomingEvent, Signal } from '../model/signal.ts'
import { readAlertmanager } from './alertmanager.ts'
import { readCloudEvents } from './cloudevents.ts'
import { correlate, type Failing } from './correlate.ts'
import { most, type Reader } from './incoming.ts'
import { patternEvents } from './patterns.ts'
import { eventRules } from './rules.ts'
import { type Damping, joined, signalOf, standing } from './signal.ts'
import { seenSignals } from './situations.ts'

const minute = 60_000
const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')
const read = (name: string): unknown => parse(readFileSync(join(import.meta.dirname, 'cases', `${name}.yaml`), 'utf8'))
const line = (document: object): string => JSON.stringify(document)

const signal = (more: Partial<Signal>): Signal => ({
  ...{ fingerprint: 'f', source: 'alerts', kind: 'Test', title: 'a test', labels: {}, began: [], ended: [], seen: 0 },
  ...more,
})
const newestFirst = (minutes: readonly number[]): readonly number[] =>
  minutes.map((m) => m * minute).sort((a, b) => b - a)

describe('what fails together', () => {
  interface Named {
    readonly at: Address | readonly Address[]
    readonly minute?: number
    readonly within?: 'never'
    readonly key?: string
  }
  interface Case {
    readonly name: string
    readonly failing: readonly (Address | Named)[]
    readonly expected: readonly { readonly cause?: Address; readonly with: readonly string[] }[]
  }
  const { estate, cases } = read('correlation') as {
    readonly estate: readonly { readonly kind: string; readonly name: string; readonly spec?: object }[]
    readonly cases: readonly Case[]
  }
  const { graph } = practiceEstate(
    estate.map(({ kind, name, spec = {} }) => line({ kind, metadata: { name }, spec })).join('\n'),
  )
  const failingOf = (one: Address | Named): Failing => {
    const named = typeof one === 'string' ? { at: one } : one
    const places = typeof named.at === 'string' ? [named.at] : named.at
    return {
      key: named.key ?? places.join(', '),
      places,
      since: (named.minute ?? 0) * minute,
      within: named.within === 'never' ? undefined : 60 * minute,
    }
  }
  const sorted = (together: readonly { readonly cause?: Address | undefined; readonly keys: readonly string[] }[]) =>
    together
      .map(({ cause, keys: [first, ...others] }) => ({
        ...(cause !== undefined && { cause }),
        with: [first, ...others.sort()],
      }))
      .sort((a, b) => String(a.with[0]).localeCompare(String(b.with[0])))

  it.each(cases)('$name', ({ failing, expected }) => {
    expect(sorted(correlate(failing.map(failingOf), graph))).toEqual(
      [...expected].sort((a, b) => String(a.with[0]).localeCompare(String(b.with[0]))),
    )
  })

  it('is the same in whatever order it is told, and holds each of them once', () => {
    const addresses = [...graph.documents.keys()]
    const some = fc.uniqueArray(fc.record({ at: fc.constantFrom(...addresses), minute: fc.nat(120) }), {
      selector: (f) => f.at,
    })
    fc.assert(
      fc.property(some, fc.infiniteStream(fc.nat(1000)), (failing, numbers) => {
        const all = failing.map(failingOf)
        const mixed = all
          .map((one) => ({ one, at: numbers.next().value }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one)
        const together = correlate(all, graph)
        expect(correlate(mixed, graph)).toEqual(together)
        expect(together.flatMap((t) => t.keys).sort()).toEqual(all.map((f) => f.key).sort())
      }),
    )
  })
})

describe('how a condition stands', () => {
  interface Case {
    readonly name: string
    readonly began: readonly number[]
    readonly ended: readonly number[]
    readonly seen?: number
    readonly at: number
    readonly damping?: { readonly for?: number; readonly clearAfter?: number }
    readonly expected: { readonly state: string; readonly since?: number }
  }
  const { cases } = read('signals') as { readonly cases: readonly Case[] }
  const dampingOf = ({ damping = {} }: Case): Damping => ({
    for: (damping.for ?? 0) * minute,
    ...(damping.clearAfter !== undefined && { clearAfter: damping.clearAfter * minute }),
    flapping: { changes: 6, within: 30 * minute, settle: 15 * minute },
  })

  it.each(cases)('$name', (one) => {
    const told = signal({
      began: newestFirst(one.began),
      ended: newestFirst(one.ended),
      seen: (one.seen ?? 0) * minute,
    })
    const { state, since } = one.expected
    expect(standing(told, dampingOf(one), one.at * minute)).toEqual({
      state,
      ...(since !== undefined && { since: since * minute }),
    })
  })

  const event = fc.record(
    {
      source: fc.constant('alerts'),
      fingerprint: fc.constant('f'),
      kind: fc.constantFrom('A', 'B'),
      title: fc.constantFrom('one', 'another'),
      labels: fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom('1', '2')),
      began: fc.nat(300),
      ended: fc.nat(300),
    },
    { requiredKeys: ['source', 'fingerprint', 'kind', 'title', 'labels'] },
  )
  const joinedAll = (events: readonly IncomingEvent[]): Signal | undefined =>
    events
      .map((e) => signalOf(e, 0))
      .reduce<Signal | undefined>((all, one) => (all ? joined(all, one) : one), undefined)

  it('does not depend on the order in which it was told, nor on how often', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 100 }), fc.infiniteStream(fc.nat(1000)), (events, numbers) => {
        const mixed = [...events, ...events.filter(() => numbers.next().value % 2 === 0)]
          .map((one) => ({ one, at: numbers.next().value }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one)
        expect(joinedAll(mixed)).toEqual(joinedAll(events))
      }),
    )
  })
})

describe('patterns', () => {
  interface Case {
    readonly name: string
    readonly pattern: object
    readonly match?: object
    readonly events: readonly {
      readonly kind: string
      readonly labels?: Readonly<Record<string, string>>
      readonly began: readonly number[]
      readonly seen?: number
    }[]
    readonly at: number
    readonly expected: readonly { readonly since: number; readonly labels?: Readonly<Record<string, string>> }[]
  }
  const { cases } = read('patterns') as { readonly cases: readonly Case[] }

  it.each(cases)('$name', ({ pattern, match = {}, events, at, expected }) => {
    const rule = line({ kind: 'EventRule', metadata: { name: 'it' }, spec: { match, pattern, incident: {} } })
    const { graph } = practiceEstate(rule)
    const signals = events.map(({ kind, labels = {}, began, seen = 0 }, i) =>
      signal({ fingerprint: `f${i}`, kind, labels, began: newestFirst(began), seen: seen * minute }),
    )
    const found = patternEvents(
      eventRules(graph),
      seenSignals(graph, signals, () => []),
      { now: at * minute, listening: 0, sha256 },
    )
    expect(found.map((e) => ({ since: e.began, labels: e.labels }))).toEqual(
      expected.map(({ since, labels = {} }) => ({ since: since * minute, labels })),
    )
  })
})

describe('what is sent', () => {
  const now = Date.parse('2026-10-05T08:00:00Z')
  const reader: Reader = { source: 'alerts', now, sha256, firstHeard: () => now }
  const alert = { status: 'firing', labels: { alertname: 'Down' }, startsAt: '2026-10-05T07:59:00Z' }
  const webhook = (...alerts: readonly Json[]): Json => ({ version: '4', alerts })
  const eventsOf = (read: ReturnType<typeof readAlertmanager>): readonly IncomingEvent[] => {
    if ('fault' in read) throw new Error(read.fault)
    return read.events
  }

  it.each<readonly [string, Json, string]>([
    ['nothing', null, 'no JSON object'],
    ['a list', [], 'no JSON object'],
    ['another version', { version: '3', alerts: [] }, 'not version 4'],
    ['no alerts', { version: '4' }, 'no alerts'],
    ['too many', webhook(...Array<Json>(1001).fill(alert)), 'more than 1000'],
    ['an alert that is none', webhook(7), 'alert 1: it is no object'],
    ['another status', webhook(alert, { ...alert, status: 'perhaps' }), 'alert 2: its status'],
    ['labels that are none', webhook({ ...alert, labels: [] }), 'it has no labels'],
    ['a time that is none', webhook({ ...alert, startsAt: 'yesterday' }), 'startsAt is no time'],
    ['no time', webhook({ ...alert, startsAt: '0001-01-01T00:00:00Z' }), 'startsAt is no time'],
  ])('by Alertmanager as %s is refused', (_, payload, fault) => {
    expect(readAlertmanager(payload, reader)).toEqual({ fault: expect.stringContaining(fault) })
  })

  it('is made harmless: controls, lengths, numbers of labels, links that run something', () => {
    const labels = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`l${i}`, 'x'.repeat(10_000)]))
    const nested: Json = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`) as Json
    const [event] = eventsOf(
      readAlertmanager(
        webhook({
          ...alert,
          labels: { ...labels, alertname: 'a\u001b[2J\u202eb', a: nested, __proto__x: 'y' },
          annotations: { summary: `\u0007{{ id }}\n${'y'.repeat(10_000)}` },
          generatorURL: 'javascript:alert(1)',
        }),
        reader,
      ),
    )
    expect(event?.title).toHaveLength(most.title)
    expect(event?.title).toMatch(/^\\u\{7\}\{\{ id \}\} y/)
    expect(JSON.stringify(event)).not.toMatch(/[\u0000-\u001f\u202e]/)
    expect(Object.keys(event?.labels ?? {}).length).toBeLessThanOrEqual(most.labels)
    expect(Object.values(event?.labels ?? {}).every((value) => value.length <= most.label)).toBe(true)
    expect(event).not.toHaveProperty('url')
  })

  it('can not claim the future: what begins tomorrow begins now, so that it can end', () => {
    const [event] = eventsOf(readAlertmanager(webhook({ ...alert, startsAt: '2031-01-01T00:00:00Z' }), reader))
    expect(event?.began).toBe(now)
  })

  it('is another condition where any label is, or another source sends it', () => {
    const of = (labels: Json, source = 'alerts') =>
      eventsOf(readAlertmanager(webhook({ ...alert, labels }), { ...reader, source }))[0]?.fingerprint
    const all = [of({ a: '1' }), of({ a: '2' }), of({ b: '1' }), of({ a: '1' }, 'others'), of({ a: '1', b: '1' })]
    expect(new Set(all).size).toBe(all.length)
    expect(of({ a: '1', b: '2' })).toBe(of({ b: '2', a: '1' }))
  })

  const event = { specversion: '1.0', id: '7', source: '/backup', type: 'org.example.failed', subject: 'db-01' }

  it.each<readonly [string, Json, string]>([
    ['nothing', null, 'no JSON object'],
    ['another version', { ...event, specversion: '0.3' }, 'specversion'],
    ['one without an id', { ...event, id: '' }, 'no id'],
    ['one without a type', { ...event, type: 7 }, 'no type'],
    ['one with a time that is none', { ...event, time: '8 o’clock' }, 'time is none'],
    ['a list with one that is none', [event, 'x'], 'event 2'],
  ])('as a CloudEvent that is %s is refused', (_, payload, fault) => {
    expect(readCloudEvents(payload, {}, reader)).toEqual({ fault: expect.stringContaining(fault) })
  })

  it('as a CloudEvent is a condition by what its source says tells them apart, and over when its source says so', () => {
    const meaning = { fingerprint: ['subject'], resolved: { 'data.state': ['ok', 'fine'] } }
    const read = (more: object) => eventsOf(readCloudEvents({ ...event, ...more }, meaning, reader))[0]
    const failed = read({ time: '2026-10-05T07:00:00Z', data: { state: 'bad', message: 'No space' } })
    const fine = read({ id: '8', type: 'org.example.done', time: '2026-10-05T07:30:00Z', data: { state: 'fine' } })
    expect(fine?.fingerprint).toBe(failed?.fingerprint)
    expect(failed).toMatchObject({ title: 'No space', began: Date.parse('2026-10-05T07:00:00Z') })
    expect(fine).toMatchObject({ ended: Date.parse('2026-10-05T07:30:00Z') })
    expect(fine).not.toHaveProperty('began')
    expect(failed?.labels).toMatchObject({ subject: 'db-01', 'data.state': 'bad' })
  })

  it('as whatever JSON is read or refused, and never throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const payload of [value, { version: '4', alerts: [value] }, { ...alert, labels: value }] as Json[]) {
          readAlertmanager(payload, reader)
          readAlertmanager(webhook(payload), reader)
          readCloudEvents(payload, {}, reader)
          readCloudEvents({ ...event, data: payload }, {}, reader)
        }
      }),
    )
  })
})
