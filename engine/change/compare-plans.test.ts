import { describe, expect, it } from 'vitest'
import type { RecordedAction } from '../model/plan.ts'
import { type ComparablePlan, comparePlans } from './compare-plans.ts'

/** An action in short: what is there before, what shall be after. */
function action(host: string, resource: RecordedAction['resource'], before: string, after: string): RecordedAction {
  const verb = after === 'restarted' ? 'restart' : before === 'none' ? 'create' : after === 'none' ? 'delete' : 'update'
  return {
    id: `act-${host}-${resource}-${verb}-${before}-${after}`,
    host,
    resource,
    verb,
    reversibility: 'exact',
    before: `sha256:${before}`,
    after: `sha256:${after}`,
  }
}
const plan = (actions: readonly RecordedAction[], more: Partial<ComparablePlan['subject']> = {}, engine = '0.1.0') => ({
  engine,
  subject: {
    repository: 'r',
    ref: 'refs/heads/main',
    content: 'sha256:c' as const,
    plan: `sha256:${actions.length}` as const,
    ...more,
  },
  actions,
})

const motd = action('web-01', 'file:/etc/motd', 'old', 'new')
const nginx = action('web-01', 'package:nginx', 'none', 'installed')
const restart = action('web-01', 'service:nginx', 'running', 'restarted')
const enable = action('web-01', 'service:nginx', 'stopped', 'running')
const approved = plan([nginx, motd, enable, restart])

describe('a fresh plan beside the approved one', () => {
  it('is the same', () => {
    const result = comparePlans({ approved, fresh: approved })
    expect(result).toEqual({ ok: true, remaining: approved.actions, alreadyTrue: [], restarts: [] })
  })

  it('is less, because some of it is already true; restarts are kept apart, since no host shows that one is due', () => {
    const result = comparePlans({ approved, fresh: plan([motd]) })
    expect(result).toEqual({ ok: true, remaining: [motd], alreadyTrue: [nginx, enable], restarts: [restart] })
  })

  it('restarts what was to be started and runs by now, once the work was begun: its package may have started it', () => {
    const begun = plan([motd, enable])
    const fresh = plan([motd, restart])
    expect(comparePlans({ approved: begun, fresh, open: new Set([enable.id]) })).toMatchObject({ ok: true })
    expect(comparePlans({ approved: begun, fresh })).toMatchObject({ ok: false, diagnostics: [{ code: 'plan-stale' }] })
  })

  it.each([
    ['one action more', action('web-01', 'user:eve', 'none', 'there'), 'create user:eve was not approved'],
    ['the same on another host', { ...motd, id: 'act-x', host: 'web-02' }, 'update file:/etc/motd was not approved'],
    [
      'from another state',
      action('web-01', 'file:/etc/motd', 'edited', 'new'),
      'starts from another state: approved from sha256:old, now sha256:edited',
    ],
    [
      'to another state',
      action('web-01', 'file:/etc/motd', 'old', 'evil'),
      'ends in another state: approved sha256:new, now sha256:evil',
    ],
  ])('has %s: stale, with what moved and both digests', (_, extra, summary) => {
    const result = comparePlans({ approved, fresh: plan([nginx, extra]) })
    expect(result).toMatchObject({
      ok: false,
      diagnostics: [{ code: 'plan-stale', host: extra.host, detail: 'approved plan sha256:4, fresh plan sha256:2' }],
    })
    expect(JSON.stringify(result)).toContain(summary)
  })

  it('may start elsewhere where the action was begun and its end is unknown, toward the same state only', () => {
    const half = action('web-01', 'file:/etc/motd', 'half', 'new')
    const open = new Set([motd.id])
    expect(comparePlans({ approved, fresh: plan([half]), open })).toMatchObject({ ok: true, remaining: [half] })
    expect(comparePlans({ approved, fresh: plan([half]) })).toMatchObject({ ok: false })
    const evil = action('web-01', 'file:/etc/motd', 'half', 'evil')
    expect(comparePlans({ approved, fresh: plan([evil]), open })).toMatchObject({ ok: false })
  })

  it.each([
    ['another estate', plan([], { repository: 'other' })],
    ['another branch', plan([], { ref: 'refs/heads/sandbox' })],
    ['another version of the engine', plan([], {}, '0.2.0')],
  ])('belongs to %s', (_, fresh) => {
    const detail = 'approved plan sha256:4, fresh plan sha256:0'
    expect(comparePlans({ approved, fresh })).toMatchObject({
      ok: false,
      diagnostics: [{ code: 'plan-mismatch', detail }],
    })
  })

  it('is of another patch', () => {
    const fresh = plan([], { content: 'sha256:other' })
    expect(comparePlans({ approved, fresh })).toMatchObject({ ok: false, diagnostics: [{ code: 'plan-stale' }] })
  })
})
