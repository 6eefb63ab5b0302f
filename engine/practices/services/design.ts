import type { Address } from '../../model/address.ts'
import { compareText } from '../../model/diagnostic.ts'
import type { LoadedDocument } from '../../model/document.ts'
import { type Graph, targets } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'
import { type Expected, expectedAvailability } from './availability.ts'
import { standsOn } from './service-map.ts'

/** How much of what a standard asks for a service is designed with. */
export interface Scorecard {
  readonly service: Address
  readonly standard: LoadedDocument
  /** 0 to 100. */
  readonly score: number
  /** The highest level that it reaches. */
  readonly level?: string
  /** The score that it needs to be live; undefined where its criticality asks for none. */
  readonly required?: number
  /** Every criterion that weighs something, and whether it is met. */
  readonly criteria: readonly { readonly name: string; readonly weight: number; readonly met: boolean }[]
}

interface StandardSpec {
  readonly criteria: Readonly<Record<string, number>>
  readonly levels?: readonly { readonly name: string; readonly from: number }[]
  readonly required: readonly { readonly criticality: number; readonly score: number }[]
}

interface DesignSpec {
  readonly purpose?: string
  readonly criticality?: number
  readonly budget?: object
  readonly objectives?: readonly string[]
}

/** Scores every service by every standard; services that are retired are not designed any more. */
export function scorecards(graph: Graph): readonly Scorecard[] {
  const standards = graph.ofKind('DesignStandard')
  if (standards.length === 0) return []
  const tested = new Set(graph.ofKind('ServiceTest').flatMap((t) => targets(graph, t.address, 'spec.service')))
  return [...expectedAvailability(graph).values()]
    .filter(({ service }) => service.stage !== 'retired')
    .flatMap((expected) => standards.map((standard) => scorecard(graph, expected, standard, tested)))
    .sort((a, b) => compareText(a.service, b.service))
}

function scorecard(
  graph: Graph,
  expected: Expected,
  standard: LoadedDocument,
  tested: ReadonlySet<Address>,
): Scorecard {
  const { criteria, levels = [], required } = specOf<StandardSpec>(standard)
  const { document, address } = expected.service
  const weighed = Object.entries(criteria).filter(([, weight]) => weight > 0)
  const judged = weighed.map(([name, weight]) => ({ name, weight, met: isMet(name, graph, expected, tested) }))
  const total = judged.reduce((sum, c) => sum + c.weight, 0)
  const met = judged.reduce((sum, c) => sum + (c.met ? c.weight : 0), 0)
  const score = total === 0 ? 100 : Math.round((met / total) * 1000) / 10
  const [level] = [...levels].filter((l) => l.from <= score).sort((a, b) => b.from - a.from)
  const { criticality = 3 } = specOf<DesignSpec>(document)
  const [asked] = [...required]
    .filter((r) => r.criticality <= criticality)
    .sort((a, b) => b.criticality - a.criticality)
  return {
    ...{ service: address, standard, score, criteria: judged },
    ...(level !== undefined && { level: level.name }),
    ...(asked !== undefined && { required: asked.score }),
  }
}

function isMet(criterion: string, graph: Graph, expected: Expected, tested: ReadonlySet<Address>): boolean {
  const { service } = expected
  const { document } = service
  const spec = specOf<DesignSpec>(document)
  switch (criterion) {
    case 'purpose':
      return spec.purpose !== undefined && (spec.objectives ?? []).length > 0
    case 'owner':
      return document.document.metadata.owner !== undefined
    case 'budget':
      return spec.budget !== undefined
    case 'infrastructure':
      return standsOn(service).length > 0
    case 'redundancy':
      return !expected.singlePoints.some((a) => a.startsWith('Host/'))
    case 'sites':
      return !expected.singlePoints.some((a) => a.startsWith('Site/'))
    case 'availability':
      return service.target !== undefined
    case 'recovery':
      return service.rto !== undefined && service.rpo !== undefined
    case 'systems':
      return targets(graph, service.address, 'spec.profiles').length > 0
    case 'tests':
      return tested.has(service.address)
    default:
      return false
  }
}
