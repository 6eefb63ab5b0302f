import { describe, expect, it } from 'vitest'
import { resourceTypes } from '../generated/registry.ts'
import type { JsonObject } from '../model/document.ts'
import type { Discovered, Unknown } from '../model/resource.ts'
import { chooseResources } from './choose-resources.ts'

const choose = (
  discovered: Readonly<Record<string, readonly Discovered<JsonObject>[] | Unknown>>,
  options: {
    readonly engineUser?: string
    readonly objection?: (type: string, spec: JsonObject) => string | undefined
  } = {},
) => {
  const { resources, leftOut, unknown } = chooseResources({
    discovered: new Map(Object.entries(discovered)),
    types: resourceTypes,
    declared: new Map([['file:/etc/declared', 'Profile/baseline']]),
    engineUser: options.engineUser ?? 'plumbline',
    objection: options.objection ?? (() => undefined),
  })
  return {
    resources: resources.map(({ type, name }) => `${type}:${name}`),
    leftOut: leftOut.map(({ type, what, because }) => `${type} ${what}: ${because}`),
    unknown: unknown.map(({ type }) => type),
  }
}

describe('what becomes a document', () => {
  it('is put into the order in which a host is built up', () => {
    const { resources } = choose({
      service: [{ spec: { name: 'nginx' } }],
      file: [{ spec: { path: '/etc/b' } }, { spec: { path: '/etc/a' } }],
      package: [{ spec: { name: 'nginx' } }],
    })
    expect(resources).toEqual(['package:nginx', 'file:/etc/a', 'file:/etc/b', 'service:nginx'])
  })

  it('is said once: the type that knows most of a file has it', () => {
    const { resources } = choose({
      file: ['/etc/cron.d/backup', '/etc/sysctl.d/60-x.conf', '/etc/motd'].map((path) => ({
        spec: { path, content: '' },
      })),
      sysctl: [{ spec: { key: 'net.ipv4.ip_forward', value: '1' }, claims: ['/etc/sysctl.d/60-x.conf'] }],
      cron: [
        { spec: { name: 'backup', schedule: '@daily', user: 'root', command: 'x' }, claims: ['/etc/cron.d/backup'] },
      ],
    })
    expect(resources).toEqual(['sysctl:net.ipv4.ip_forward', 'file:/etc/motd', 'cron:backup'])
  })

  it('leaves a unit to the timer that accounts for it, whichever was found first', () => {
    const unit = { spec: { name: 'poll.timer', content: '' }, claims: ['/etc/systemd/system/poll.timer'] }
    const timer = {
      spec: { name: 'poll', command: 'x', onCalendar: ['daily'] },
      claims: ['/etc/systemd/system/poll.timer'],
    }
    expect(choose({ unit: [unit], timer: [timer] }).resources).toEqual(['timer:poll'])
    expect(choose({ timer: [timer], unit: [unit] }).resources).toEqual(['timer:poll'])
  })

  it('takes no file that another type left out on purpose', () => {
    const { resources, leftOut } = choose({
      certificate: [
        {
          leftOut: '/etc/ssl/private/x.key',
          because: 'a private key is never read out',
          claims: ['/etc/ssl/private/x.key'],
        },
      ],
      file: [{ spec: { path: '/etc/ssl/private/x.key', content: 'x' } }],
    })
    expect(resources).toEqual([])
    expect(leftOut).toEqual(['certificate /etc/ssl/private/x.key: a private key is never read out'])
  })

  it('takes as a file what another type could not say exactly', () => {
    const { resources } = choose({
      firewall: [{ leftOut: '/etc/nftables.conf', because: 'what is loaded differs from it' }],
      file: [{ spec: { path: '/etc/nftables.conf', content: 'x' } }],
    })
    expect(resources).toEqual(['file:/etc/nftables.conf'])
  })

  it('leaves the engine its own account, keys and sudo rule', () => {
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEV4YW1wbGVFeGFtcGxlRXhhbXBsZUV4YW1wbGUy'
    const rule = (name: string, subjects: string[]) => ({ spec: { name, subjects, commands: ['ALL'] } })
    const found = choose({
      user: [{ spec: { login: 'plumbline' } }, { spec: { login: 'ana' } }],
      group: [{ spec: { name: 'plumbline' } }],
      authorizedKey: [{ spec: { user: 'plumbline', key } }, { spec: { user: 'ana', key } }],
      file: ['plumbline ALL=(ALL) NOPASSWD: ALL\n', '# x\nplumbline ALL=(ALL) ALL\nana ALL=(ALL) ALL\n'].map(
        (content, i) => ({
          spec: { path: `/etc/sudoers.d/${i}`, content },
        }),
      ),
      sudoRule: [rule('engine', ['plumbline']), rule('both', ['plumbline', 'ana'])],
    })
    expect(found.resources).toEqual([
      'user:ana',
      expect.stringMatching(/^authorizedKey:ana/),
      'sudoRule:both',
      'file:/etc/sudoers.d/1',
    ])
    expect(found.leftOut).toHaveLength(5)
  })

  it('leaves out what a document could not hold, with the reason', () => {
    const { resources, leftOut } = choose(
      { user: [{ spec: { login: 'ana' } }, { spec: { login: 'a$' } }] },
      { objection: (_, spec) => (spec['login'] === 'a$' ? 'login is not of the right form' : undefined) },
    )
    expect(resources).toEqual(['user:ana'])
    expect(leftOut).toEqual(['user a$: login is not of the right form'])
  })

  it('leaves to other documents what they say already', () => {
    const { resources, leftOut } = choose({ file: [{ spec: { path: '/etc/declared', content: 'x' } }] })
    expect(resources).toEqual([])
    expect(leftOut).toEqual(['file /etc/declared: Profile/baseline says what it shall be'])
  })

  it('tells what could not be looked for', () => {
    expect(choose({ cron: { reason: 'no-permission', detail: '' } }).unknown).toEqual(['cron'])
  })
})
