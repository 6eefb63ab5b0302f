import { describe, expect, it } from 'vitest'
import type { Action } from '../model/plan.ts'
import { attribute } from './attribute.ts'
import { readClues } from './read-clues.ts'

const at = '2026-11-21T12:00:00.500Z'
const seconds = (time: string): number => Date.parse(`2026-11-21T${time}Z`) / 1000

const action = (resource: Action['resource'], paths: readonly string[], more: Partial<Action> = {}): Action => ({
  id: 'act-1',
  host: 'web-01',
  resource,
  verb: 'update',
  summary: '',
  fields: paths.map((path) => ({ path, before: 'there', after: 'wanted' })),
  origin: { cause: 'drift', declaredBy: [], setBy: { change: 'CHG-2026-00001', commit: 'c', approvers: [], at } },
  reversibility: 'exact',
  before: 'sha256:0',
  after: 'sha256:1',
  requires: [],
  ...more,
})

function judged(subject: Action, ...lines: readonly string[]) {
  const clues = readClues(`${['zone +0100', ...lines, 'end'].join('\n')}\n`, 'plumbline')
  const files = subject.resource.startsWith('file:') ? [{ path: '/etc/motd', index: 0 }] : []
  return attribute({ action: subject, files, ...(clues !== undefined && { clues }) })
}

const motd = action('file:/etc/motd', ['content'])

describe('attribute', () => {
  it('takes a file that was touched since for a change from outside', () => {
    const found = judged(motd, `file 0 ${seconds('14:03:00')} ${seconds('14:03:00')} 0 root`)
    expect(found).toMatchObject({
      attribution: 'outside',
      fields: [{ path: 'content', applied: 'wanted', found: 'there' }],
      clues: { file: { what: 'changed', at: '2026-11-21T14:03:00Z', owner: 'root' } },
    })
  })

  it.each([
    ['touched before we set it', `file 0 ${seconds('11:00:00')} ${seconds('11:00:00')} 0 root`],
    ['nothing was said', ''],
    ['nonsense was said', 'file 0 soon later 0 root'],
  ])('does not guess where the file was %s', (_, line) => {
    expect(judged(motd, line)).toMatchObject({ attribution: 'unknown', clues: {} })
  })

  it('sees through an old time that was put on the file', () => {
    const line = `file 0 ${seconds('09:00:00')} ${seconds('14:03:00')} 1000 ana`
    expect(judged(motd, line).clues.file).toMatchObject({ what: 'changed', at: '2026-11-21T14:03:00Z', owner: 'ana' })
    const attributes = action('file:/etc/motd', ['mode'])
    expect(judged(attributes, line).clues.file?.what).toBe('attributes changed')
  })

  it('says nothing of half an answer', () => {
    expect(readClues(`zone +0000\nfile 0 ${seconds('14:03:00')} 1 0 root\n`, 'plumbline')).toBeUndefined()
  })

  it('reads the log of packages in the host’s own time, and only of this package', () => {
    const found = judged(
      action('package:nginx', ['version']),
      'dpkg 2026-11-21 15:00:00 upgrade nginx:amd64 1.0 1.1',
      'dpkg 2026-11-21 15:00:00 upgrade nginx-common:all 1.0 1.1',
      'dpkg 2026-11-21 12:00:00 install nginx:amd64 <none> 1.0',
    )
    expect(found.attribution).toBe('outside')
    expect(found.clues.packages).toEqual([{ at: '2026-11-21T14:00:00Z', text: 'upgrade nginx:amd64 1.0 1.1' }])
  })

  it('names who was there then, and nobody else', () => {
    const found = judged(
      motd,
      `file 0 ${seconds('14:03:00')} ${seconds('14:03:00')} 0 root`,
      'last x.y      pts/0        10.0.0.9         2026-11-21T13:00:00+00:00 - 2026-11-21T15:00:00+00:00  (02:00)',
      'last early    pts/0        10.0.0.8         2026-11-21T12:00:00+00:00 - 2026-11-21T12:30:00+00:00  (00:30)',
      'last here     tty1         0.0.0.0          2026-11-21T13:00:00+00:00   still logged in',
      'last plumbline pts/1       10.0.0.1         2026-11-21T13:00:00+00:00   still logged in',
      'last reboot   system boot  0.0.0.0          2026-11-21T13:00:00+00:00   still running',
      'auth 2026-11-21T15:00:00+0100 web-01 sshd[3]: Accepted publickey for z from 10.0.0.7 port 1 ssh2',
      'auth 2026-11-21T15:30:00+0100 web-01 sshd[3]: Accepted publickey for late from 10.0.0.6 port 1 ssh2',
      'auth 2026-11-21T15:00:00+0100 web-01 evil[3]: Accepted publickey for forged from 10.0.0.6 port 1 ssh2',
      'auth 2026-11-21T15:01:00+0100 web-01 sudo[4]:     x.y : PWD=/ ; USER=root ; COMMAND=/usr/bin/tee --password=hunter2 /etc/motd',
    )
    expect(found.clues.logins?.map((l) => `${l.user} ${l.from ?? l.command ?? ''}`)).toEqual([
      'x.y /usr/bin/tee',
      'z 10.0.0.7',
      'x.y 10.0.0.9',
      'here ',
    ])
  })

  it('waits for a change that is yet to be applied', () => {
    const pending = action('file:/etc/motd', ['content'], { origin: { cause: 'pending', declaredBy: [] } })
    expect(judged(pending).attribution).toBe('not-applied')
    expect(attribute({ action: motd, files: [], open: 'CHG-2026-00002' })).toMatchObject({
      attribution: 'not-applied',
      pending: 'CHG-2026-00002',
    })
  })

  it('passes no sensitive value on', () => {
    const secret = action('file:/etc/motd', [], {
      fields: [{ path: 'content', sensitive: true, before: 'x', after: 'y' }],
    })
    expect(judged(secret).fields).toEqual([{ path: 'content', sensitive: true }])
  })
})
