import { expect, it } from 'vitest'
import { openDesk } from './cli.ts'

const documents = (benWorks: boolean): string => `apiVersion: plumbline/v1
kind: Person
metadata: { name: ana }
spec: { fullName: ana, email: ana@example.org, sshKeys: [{ key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF+/59LvnCui8jtUpLgTlXCL1cO3c9kdXmxGMdx7EGj7" }] }
---
apiVersion: plumbline/v1
kind: Person
metadata: { name: cleo }
spec: { fullName: cleo, email: cleo@example.org, sshKeys: [{ key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPMZfBArxVXJQtuLV1sTONjNNjq+ndAdADUGsXkXLpzD" }] }
---
apiVersion: plumbline/v1
kind: Person
metadata: { name: ben }
spec: { fullName: Ben, email: ben@example.org, active: ${benWorks} }
---
apiVersion: plumbline/v1
kind: Site
metadata: { name: ams1 }
spec: { address: Science Park 1, Amsterdam }
---
apiVersion: plumbline/v1
kind: Room
metadata: { name: hall }
spec: { site: ams1 }
---
apiVersion: plumbline/v1
kind: Zone
metadata: { name: cage }
spec: { rooms: [hall] }
---
apiVersion: plumbline/v1
kind: Group
metadata: { name: inner }
spec: { members: [person/ben] }
---
apiVersion: plumbline/v1
kind: Group
metadata: { name: outer }
spec: { members: [group/inner, serviceaccount/batch] }
---
apiVersion: plumbline/v1
kind: ServiceAccount
metadata: { name: batch }
spec: { purpose: pays at night, login: batch, expires: "2099-01-01T00:00:00Z" }
---
apiVersion: plumbline/v1
kind: Application
metadata: { name: books }
spec: { purpose: Keeps the books, roles: [{ name: enter, purpose: Enter payments }] }
---
apiVersion: plumbline/v1
kind: ApplicationGrant
metadata: { name: keepers }
spec: { to: [group/outer], application: books, roles: [enter], expires: "2099-01-01T00:00:00Z", reason: They keep them }
---
apiVersion: plumbline/v1
kind: EntryGrant
metadata: { name: mends }
spec: { to: [group/outer], zones: [cage], expires: "2099-01-01T00:00:00Z", reason: They mend things }
`

it('tells who has what behind doors and in applications, and what somebody had before they left', async () => {
  const desk = openDesk()
  try {
    desk.git('init', '--quiet', '--initial-branch=main')
    desk.write(
      'plumbline.yaml',
      'apiVersion: plumbline/v1\nkind: Estate\nmetadata: { name: acme }\nspec: { id: 7d0e2f5c-5b0f-4a5e-9d55-0a8f2c1b7e12 }\n',
    )
    desk.write('inventory/all.yaml', documents(true))
    desk.commit('Start')
    const init = await desk.run('init', '.')
    expect(init.status, init.out + init.err).toBe(0)
    const held = async (...argv: string[]) => {
      const { status, out, err } = await desk.run('access', ...argv, '--json')
      expect(status, out + err).toBe(0)
      const { held: all } = JSON.parse(out) as { held: { who: string; what: string; role?: string; via: string[] }[] }
      return all.map((h) => `${h.who} ${h.what}${h.role === undefined ? '' : ` ${h.role}`} ${h.via.join(' ')}`)
    }
    const cage = 'Person/ben Zone/cage Group/outer Group/inner'
    const books = 'Person/ben Application/books enter Group/outer Group/inner'
    expect(await held('who', 'room/hall')).toContain(cage)
    expect(await held('who', 'application/books')).toEqual([
      books,
      'ServiceAccount/batch Application/books enter Group/outer',
    ])
    expect(await held('who', 'group/outer')).toEqual([
      'Person/ben Group/outer Group/inner',
      'ServiceAccount/batch Group/outer ',
    ])
    expect(await held('what', 'ben')).toEqual([books, cage])
    expect(await held('explain', 'batch', 'application/books')).toHaveLength(1)
    desk.write('inventory/all.yaml', documents(false))
    desk.commit('Ben leaves')
    expect(await held('what', 'ben')).toEqual([])
    expect(await held('what', 'ben', '--as-of', 'HEAD~1')).toEqual([books, cage])
    const validated = await desk.run('validate')
    expect(validated.out + validated.err).toContain('Group/inner still names ben, who has left')
  } finally {
    desk.close()
  }
})
