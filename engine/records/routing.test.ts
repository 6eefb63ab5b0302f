import { describe, expect, it } from 'vitest'
import { kinds } from '../generated/kinds.ts'
import { recordTypes } from '../generated/record-types.ts'
import { buildGraph } from '../graph/build-graph.ts'
import { loadDocuments } from '../load/load-documents.ts'
import { routed, routeOf } from './routing.ts'

const text = `
{ apiVersion: plumbline/v1, kind: Team, metadata: { name: orders }, spec: { members: [ana], lead: ana } }
---
{ apiVersion: plumbline/v1, kind: Team, metadata: { name: platform }, spec: { members: [ana, ben] } }
---
{ apiVersion: plumbline/v1, kind: Team, metadata: { name: desk }, spec: { members: [] } }
---
{ apiVersion: plumbline/v1, kind: Person, metadata: { name: ana }, spec: {} }
---
{ apiVersion: plumbline/v1, kind: Person, metadata: { name: ben }, spec: {} }
---
{ apiVersion: plumbline/v1, kind: Person, metadata: { name: cleo }, spec: {} }
---
{ apiVersion: plumbline/v1, kind: Service, metadata: { name: shop, owner: team/orders }, spec: { hosts: [web-01, web-02] } }
---
{ apiVersion: plumbline/v1, kind: Service, metadata: { name: mail, owner: person/ben }, spec: { hosts: [web-02] } }
---
{ apiVersion: plumbline/v1, kind: Service, metadata: { name: led, owner: person/ana }, spec: {} }
---
{ apiVersion: plumbline/v1, kind: Service, metadata: { name: nobodys }, spec: {} }
---
{ apiVersion: plumbline/v1, kind: Service, metadata: { name: strays, owner: person/cleo }, spec: {} }
---
{ apiVersion: plumbline/v1, kind: Host, metadata: { name: web-01 }, spec: {} }
---
{ apiVersion: plumbline/v1, kind: Host, metadata: { name: web-02 }, spec: {} }
---
{ apiVersion: plumbline/v1, kind: Host, metadata: { name: owned, owner: team/platform }, spec: {} }
---
{ apiVersion: plumbline/v1, kind: CatalogItem, metadata: { name: chair, owner: team/orders }, spec: { team: desk } }
`
const loaded = loadDocuments([{ path: 'estate.yaml', bytes: Buffer.from(text), mode: '100644' }], { kinds })
const { graph } = buildGraph(loaded.documents, kinds, loaded.locate)

const typeNamed = (name: string) => {
  const spec = recordTypes.get(name)?.spec
  if (spec === undefined) throw new Error(`no type ${name}`)
  return { name, spec }
}

describe('the team whose work a record is', () => {
  it.each([
    ['incident', { service: 'shop' }, 'Team/orders', 'it owns Service/shop'],
    ['incident', { service: 'service/shop' }, 'Team/orders', 'it owns Service/shop'],
    ['incident', { service: 'mail' }, 'Team/platform', 'Person/ben, who owns Service/mail, is in it'],
    ['incident', { service: 'led' }, 'Team/orders', 'Person/ana, who owns Service/led, is in it'],
    ['incident', { item: 'Host/owned' }, 'Team/platform', 'it owns Host/owned'],
    ['incident', { item: 'web-01' }, 'Team/orders', 'it owns Service/shop, which stands on Host/web-01'],
    ['incident', { service: 'nobodys', item: 'owned' }, 'Team/platform', 'it owns Host/owned'],
    ['request', { item: 'chair' }, 'Team/desk', 'it looks after CatalogItem/chair'],
    ['request', { item: 'chair', service: 'shop' }, 'Team/orders', 'it owns Service/shop'],
  ] as const)('%s about %j: %s', (name, fields, team, because) => {
    expect(routeOf(typeNamed(name), { fields }, graph)).toEqual({ team, because })
    expect(routed(typeNamed(name), fields, graph)).toEqual({ ...fields, team: team.slice(5) })
  })

  it.each([
    ['that of nobody', { service: 'nobodys' }],
    ['that of somebody in no team', { service: 'strays' }],
    ['a host that two services stand on', { item: 'web-02' }],
    ['something that is not there', { service: 'gone' }],
    ['nothing', {}],
  ])('nobody is guessed for %s', (_, fields) => {
    expect(routed(typeNamed('incident'), fields, graph)).toBe(fields)
  })

  it('whoever says a team is believed', () => {
    const fields = { service: 'shop', team: 'desk' }
    expect(routed(typeNamed('incident'), fields, graph)).toBe(fields)
  })
})
