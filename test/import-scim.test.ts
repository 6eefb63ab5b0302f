import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nameFrom, readScim } from '../engine/import/read-scim.ts'
import { type Desk, openDesk } from './cli.ts'

const user = (id: string, userName: string, more: object = {}) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  ...{ id, userName, displayName: `${userName} of Acme`, active: true },
  emails: [
    { value: `${userName}@private.example`, type: 'home' },
    { value: `${userName}@example.org`, type: 'work' },
  ],
  ...more,
})
const group = (id: string, displayName: string, members: readonly string[]) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
  ...{ id, displayName, members: members.map((value) => ({ value })) },
})

/** A directory that gives two resources at most, whatever is asked for, to who has the token. */
function directory(data: { users: readonly unknown[]; groups: readonly unknown[] }, token: string): Server {
  return createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (request.headers.authorization !== `Bearer ${token}`) return response.writeHead(401).end()
    if (url.pathname.startsWith('/moved/')) return response.writeHead(302, { location: '/scim/v2/Users' }).end()
    const all = { '/scim/v2/Users': data.users, '/scim/v2/Groups': data.groups }[url.pathname]
    if (all === undefined) return response.writeHead(404).end()
    const start = Number(url.searchParams.get('startIndex'))
    const Resources = all.slice(start - 1, start - 1 + Math.min(2, Number(url.searchParams.get('count'))))
    const list = { schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'], totalResults: all.length }
    return response.end(JSON.stringify({ ...list, startIndex: start, itemsPerPage: Resources.length, Resources }))
  })
}

describe('people and groups of a directory', () => {
  let desk: Desk
  let server: Server
  let at: string
  const data = {
    users: [
      user('u1', 'ana'),
      user('u2', 'ben'),
      user('u3', 'Cléo.B@example.org', { active: false, emails: [{ value: 'cleo@example.org' }] }),
      user('u4', 'dora'),
      user('u5', 'ed'),
    ],
    groups: [group('g1', 'Book Keepers', ['u1', 'u3', 'g2']), group('g2', 'Seniors', ['u2', 'nobody'])],
  }

  beforeEach(async () => {
    desk = openDesk({ PLUMBLINE_SCIM_TOKEN: 'open sesame' })
    desk.write(
      'plumbline.yaml',
      'apiVersion: plumbline/v1\nkind: Estate\nmetadata: { name: acme }\nspec: { id: 7d0e2f5c-5b0f-4a5e-9d55-0a8f2c1b7e12 }\n',
    )
    // Somebody wrote these by hand, in their own way.
    desk.write(
      'inventory/people.yaml',
      `# Those of the first hour.
apiVersion: plumbline/v1
kind: Person
metadata: { name: ana, labels: { department: books } } # by hand
spec:
  fullName: "Ana"   # as she writes it
  email: ana@example.org
  login: ana
---
apiVersion: plumbline/v1
kind: Group
metadata: { name: book-keepers }
spec:
  purpose: They keep the books
  members:
    - serviceaccount/batch # runs at night
    - Person/dora
---
apiVersion: plumbline/v1
kind: ServiceAccount
metadata: { name: batch }
spec: { purpose: pays at night, login: batch, expires: "2099-01-01T00:00:00Z" }
---
apiVersion: plumbline/v1
kind: Person
metadata: { name: dora }
spec: { fullName: Dora, email: dora@example.org, active: false }
`,
    )
    desk.git('init', '--quiet', '--initial-branch=main')
    server = directory(data, 'open sesame').listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })

  afterEach(() => {
    server.close()
    desk.close()
  })

  it('come page by page, keep what was written by hand, and a second import changes nothing', async () => {
    const first = await desk.run('import', 'scim', `${at}/scim/v2`, '--json')
    expect(first.status, first.out + first.err).toBe(0)
    const told = JSON.parse(first.out)
    expect(told).toMatchObject({
      created: ['Group/seniors', 'Person/ben', 'Person/cleo.b', 'Person/ed'],
      changed: ['Group/book-keepers', 'Person/ana', 'Person/dora'],
    })
    expect(told.diagnostics.map((d: { code: string; subject: string }) => `${d.code} ${d.subject}`)).toEqual([
      'scim-active Person/dora',
      'scim-member Group/seniors',
    ])
    const people = desk.read('inventory/people.yaml')
    expect(people).toContain('# Those of the first hour.')
    expect(people).toContain('fullName: "ana of Acme"   # as she writes it')
    expect(people).toContain('labels: { department: books }')
    expect(people).toContain('login: ana')
    expect(people).toContain('- serviceaccount/batch # runs at night')
    // Dora left: she is in no group any more, and stays away though the directory knows nothing of it.
    expect(people).not.toContain('- Person/dora')
    expect(people).toMatch(/fullName: "dora of Acme", email: dora@example.org, active: false/)
    expect(people).toContain('- person/ana')
    expect(people).toContain('- group/seniors')
    expect(desk.read('inventory/organisation/people/cleo.b.yaml')).toContain('active: false')
    expect(desk.read('inventory/organisation/groups/seniors.yaml')).toContain('members:\n    - person/ben\n')
    const valid = await desk.run('validate')
    expect(valid.status, valid.out + valid.err).toBe(0)
    const again = await desk.run('import', 'scim', `${at}/scim/v2`, '--json')
    expect(JSON.parse(again.out)).toMatchObject({ created: [], changed: [], files: {} })
  })

  it('make leavers and movers of those who left or moved', async () => {
    await desk.run('import', 'scim', `${at}/scim/v2`)
    desk.write(
      'users.json',
      JSON.stringify({
        totalResults: 3,
        Resources: [
          user('u1', 'ana'),
          user('u2', 'benjamin', { active: false, emails: [{ value: 'ben@example.org' }] }),
          user('u3', 'cleo.b', { active: true, emails: [{ value: 'cleo@example.org' }] }),
        ],
      }),
    )
    desk.write('groups.json', JSON.stringify([group('g1', 'Book keeping', ['u2']), group('g2', 'Seniors', ['u1'])]))
    const { out } = await desk.run('import', 'scim', 'users.json', 'groups.json', '--json')
    const told = JSON.parse(out)
    expect(told.created).toEqual([])
    expect(desk.read('inventory/organisation/people/ben.yaml')).toMatch(
      /fullName: "benjamin of Acme"[\s\S]*active: false/,
    )
    expect(desk.read('inventory/people.yaml')).toMatch(
      /members:\n {4}- serviceaccount\/batch # runs at night\n(?! {4}-)/,
    )
    expect(desk.read('inventory/organisation/groups/seniors.yaml')).toContain('person/ana')
    expect(told.diagnostics.map((d: { code: string; subject: string }) => `${d.code} ${d.subject}`)).toEqual([
      'scim-active Person/cleo.b',
      'scim-gone Person/ed',
    ])
  })

  it('are not asked for without the token, nor followed elsewhere, nor over a network in the clear', async () => {
    for (const [address, why] of [
      [`${at}/scim/v2`, 'answered 401'],
      [`${at}/elsewhere`, 'answered 401'],
      ['http://192.0.2.7/scim', 'not reached over https'],
      ['https://ana:secret@127.0.0.1/scim', 'holds a name or a password'],
    ] as const) {
      desk.env['PLUMBLINE_SCIM_TOKEN'] = 'wrong'
      const { status, out, err } = await desk.run('import', 'scim', address)
      expect(status).toBe(1)
      expect(out + err).toContain(why)
    }
    desk.env['PLUMBLINE_SCIM_TOKEN'] = 'open sesame'
    const moved = await desk.run('import', 'scim', `${at}/moved`)
    expect(moved.out + moved.err).toContain('could not be reached')
    expect(moved.out + moved.err).not.toContain('sesame')
  })

  it('that are hostile harm nobody', async () => {
    const users = [
      user('e1', '../../etc/passwd', { emails: [{ value: 'evil@example.org' }] }),
      user('e2', 'x\n---\nkind: Role', {
        displayName: 'E\u001b[31m\u202evil\n---',
        emails: [{ value: 'x@example.org' }],
      }),
      user('e3', '🙃', { emails: [{ value: 'smile@example.org' }] }),
      user('e4', 'ANA', { emails: [{ value: 'other@example.org' }] }),
      user('e5', 'ana', { emails: [{ value: 'ana@example.org' }] }),
      { id: 'e6', userName: 7 },
      'nothing',
      user('e7', '__proto__', { emails: [{ value: 'proto@example.org' }] }),
    ]
    desk.write('users.json', JSON.stringify({ totalResults: 1, Resources: users }))
    const { status, out } = await desk.run('import', 'scim', 'users.json', '--dry-run', '--json')
    expect(status).toBe(1)
    const told = JSON.parse(out)
    expect(Object.keys(told.files).sort()).toEqual([
      'inventory/organisation/people/etc-passwd.yaml',
      'inventory/organisation/people/proto.yaml',
      'inventory/organisation/people/x-kind-role.yaml',
      'inventory/people.yaml',
    ])
    expect(told.files['inventory/organisation/people/x-kind-role.yaml']).toMatch(/fullName: "?E \[31m vil ---"?\n/)
    expect(told.diagnostics.map((d: { code: string }) => d.code)).toEqual([
      'scim-unreadable',
      'scim-unreadable',
      'scim-user',
      'scim-name',
    ])
    const shown = await desk.run('import', 'scim', 'users.json')
    expect(shown.out).not.toContain('\u001b[31m\u202e')
    expect(shown.out).toContain('nothing was written')
  })
})

it('whatever a directory says, what is read of it is plain, and a name is one that a document can have', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, name) => {
      const { users, groups } = readScim([value, user('i', name)])
      for (const text of [...users.map((u) => u.fullName), ...groups.map((g) => g.name)])
        expect(text).not.toMatch(/[\p{Cc}\p{Zl}]/u)
      expect(nameFrom(name) ?? 'a').toMatch(/^[a-z0-9][a-z0-9.-]{0,62}$/)
    }),
  )
})
