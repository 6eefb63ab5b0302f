import { describe, expect, it } from 'vitest'
import { practiceEstate } from '../../../test/practice-cases.ts'
import type { GraphDrawing } from '../../model/drawing.ts'
import { serviceMapReport } from './service-map-report.ts'

const host = (name: string) =>
  `{ kind: Host, metadata: { name: ${name} }, spec: { address: ${name}.example.org, environment: prod } }`
const estate = `
{ kind: Environment, metadata: { name: prod }, spec: {} }
${['a', 'b', 'c', 'd'].map(host).join('\n')}
{ kind: Service, metadata: { name: shop }, spec: { dependsOn: [base], hosts: [a, b, c], redundancy: [{ hosts: [a, b], need: 1 }] } }
{ kind: Service, metadata: { name: base }, spec: { hosts: [d] } }
{ kind: Service, metadata: { name: new }, spec: { stage: pipeline, dependsOn: [base] } }
{ kind: Service, metadata: { name: old }, spec: { stage: retired, hosts: [a] } }
`

const draw = (...names: string[]) => {
  const input = practiceEstate(estate)
  const services = input.graph.ofKind('Service')
  const about = names.length === 0 ? services : services.filter((s) => names.includes(s.document.metadata.name))
  return serviceMapReport.run(input, about).drawings?.[0] as GraphDrawing | undefined
}

describe('the map of services', () => {
  it('puts what stands in for each other below so many of so many, and the rest below the service', () => {
    const { nodes = [], edges = [] } = draw('shop') ?? {}
    const label = new Map(nodes.map((n) => [n.id, n.label]))
    expect(edges.map((e) => `${label.get(e.from)} > ${label.get(e.to)}`).sort()).toEqual(
      ['base > d', 'shop > base', 'shop > c', 'shop > 1 of 2', '1 of 2 > a', '1 of 2 > b'].sort(),
    )
    expect(nodes.find((n) => n.label === 'shop')?.heavy).toBe(true)
  })

  it('leaves out what is retired, and says what is not live', () => {
    const { nodes = [] } = draw() ?? {}
    expect(nodes.map((n) => n.label)).toEqual(expect.arrayContaining(['shop', 'base', 'new']))
    expect(nodes.map((n) => n.label)).not.toContain('old')
    expect(nodes.find((n) => n.label === 'new')).toMatchObject({ note: 'Service, pipeline', tone: 'space' })
  })
})
