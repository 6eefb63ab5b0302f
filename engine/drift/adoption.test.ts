import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../model/document.ts'
import type { ResourceType } from '../model/resource.ts'
import { secretToken } from '../model/secret-ref.ts'
import { resource as cron } from '../resources/cron/index.ts'
import { resource as file } from '../resources/file/index.ts'
import { resource as packageType } from '../resources/package/index.ts'
import { resource as service } from '../resources/service/index.ts'
import { resource as user } from '../resources/user/index.ts'
import { type Adoption, adoption } from './adoption.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** What is said of a resource, and what the host has. */
function adopted(
  type: unknown,
  said: JsonObject,
  have: JsonObject | null,
  more: { readonly compiled?: JsonObject; readonly content?: string; readonly absent?: boolean } = {},
): Adoption {
  const kind = type as ResourceType
  const want = kind.normalise({ ...said, ...more.compiled })
  const fields = kind.isAbsent(want) && have === null ? [] : kind.diff(want, have, undefined)
  return adoption({
    type: kind,
    name: kind.identify(said),
    said,
    want,
    have,
    fields,
    absent: more.absent === true,
    ...(more.content !== undefined && { content: new TextEncoder().encode(more.content) }),
  })
}

const motd = (text: string, more: JsonObject = {}) => ({
  sha256: sha256(text),
  mode: '0644',
  owner: 'root',
  group: 'root',
  ...more,
})

describe('adoption', () => {
  it('says of a file what is there and no more', () => {
    const said = { path: '/etc/motd', content: 'a\n', requires: ['package:x'] }
    const compiled = { sha256: sha256('a\n') }
    expect(adopted(file, said, motd('a\n', { mode: '0600' }), { compiled })).toEqual({
      said: { ...said, mode: '0600' },
    })
    expect(adopted(file, said, motd('b\n'), { compiled, content: 'b\n' })).toEqual({
      said: { ...said, content: 'b\n' },
    })
  })

  it('says of a job what it runs now, and nothing that only the host has', () => {
    const said = { name: 'warm', schedule: '@daily', command: 'warm --top 500' }
    const job = { schedule: '@daily', user: 'root', command: 'warm --top 800', environment: {} }
    expect(adopted(cron, said, motd('x', { job }))).toEqual({ said: { ...said, command: 'warm --top 800' } })
    expect(adopted(cron, said, motd('x', { job: null }))).toHaveProperty('refused')
    expect(adopted(cron, said, motd('x', { job, mode: '0600' }))).toHaveProperty('refused')
  })

  it('puts content where it comes from', () => {
    const said = { path: '/etc/motd', source: 'files/motd' }
    const compiled = { content: 'a\n', sha256: sha256('a\n') }
    expect(adopted(file, said, motd('b\n'), { compiled, content: 'b\n' })).toMatchObject({ source: 'files/motd', said })
  })

  it.each<[string, JsonObject, JsonObject, string | undefined]>([
    ['made by a template', { template: '{{ a }}' }, {}, 'b\n'],
    ['sensitive', { content: 'a\n', sensitive: true }, {}, 'b\n'],
    ['not to be had', { content: 'a\n' }, {}, undefined],
    ['no text', { content: 'a\n' }, {}, 'b\0'],
    ['no text of the document', { content: { secret: 'age/motd' } }, { content: 'a\n' }, 'b\n'],
  ])('refuses content that is %s', (_, said, compiled, content) => {
    const found = adopted(file, { path: '/etc/motd', ...said }, motd(content ?? 'b\n'), {
      compiled: { content: 'a\n', sha256: sha256('a\n'), ...compiled },
      ...(content !== undefined && { content }),
    })
    expect(found).toHaveProperty('refused')
  })

  it('refuses what holds a secret, whatever is off', () => {
    const content = `password=${secretToken({ reference: 'age/db', version: 'v1' })}\n`
    const found = adopted(file, { path: '/etc/motd', content }, motd('a\n', { mode: '0600' }), {
      compiled: { sha256: sha256(content) },
      content: 'password=hunter2\n',
    })
    expect(found).toEqual({ refused: expect.stringContaining('secret') })
  })

  it('no longer speaks of what is gone, or asks for it to be absent', () => {
    const said = { path: '/etc/motd', content: 'a\n', notifies: ['service:x'] }
    const compiled = { sha256: sha256('a\n') }
    expect(adopted(file, said, null, { compiled })).toEqual({ remove: true })
    expect(adopted(file, said, null, { compiled, absent: true })).toEqual({
      said: { path: '/etc/motd', notifies: ['service:x'], ensure: 'absent' },
    })
  })

  it('takes versions, states and members of lists, in the order of the document', () => {
    expect(
      adopted(packageType, { name: 'nginx', version: '1.1' }, { version: '1.0', status: 'installed', held: false }),
    ).toMatchObject({ said: { name: 'nginx', version: '1.0' } })
    expect(adopted(service, { name: 'nginx', running: true }, { unitFile: 'enabled', running: false })).toEqual({
      said: { name: 'nginx', running: false },
    })
    const ana = {
      uid: 1000,
      group: 'ana',
      shell: '/bin/bash',
      home: '/home/ana',
      comment: '',
      expires: 'never',
      locked: false,
    }
    expect(
      adopted(user, { login: 'ana', groups: ['sudo', 'adm', 'lp'] }, { ...ana, groups: ['adm', 'sudo', 'www-data'] }),
    ).toEqual({ said: { login: 'ana', groups: ['sudo', 'adm', 'www-data'] } })
  })

  it('says that it can not where no spec asks for just that', () => {
    expect(adopted(packageType, { name: 'nginx' }, { version: '1.0', status: 'half-installed' })).toHaveProperty(
      'refused',
    )
  })
})
