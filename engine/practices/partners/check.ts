import { type Address, kindOf, nameOf } from '../../model/address.ts'
import { count } from '../../model/count.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { JsonPath, LoadedDocument } from '../../model/document.ts'
import type { Graph } from '../../model/graph.ts'
import { type PracticeInput, specOf } from '../../model/practice.ts'
import { codes } from './codes.ts'
import { type ContractNow, contractsOn } from './contracts.ts'

const report = reporter(codes)

/** So many days before the last day for notice it is told. */
const ahead = 60

type Tell = (code: keyof typeof codes, document: LoadedDocument, path: JsonPath, summary: string) => void

/** Contracts that run out, and promises that none of them holds up. */
export function checkPartners({ graph, locate, now }: PracticeInput): readonly Diagnostic[] {
  const findings: Diagnostic[] = []
  const tell: Tell = (code, document, path, summary) =>
    findings.push(report(code, { summary, ...locate(document, ['spec', ...path]), subject: document.address }))
  const contracts = contractsOn(graph, now)
  for (const contract of contracts) checkDays(contract, tell)
  const inForce = contracts.filter((c) => c.state === 'in-force')
  const covered = new Set(inForce.flatMap((c) => c.covers))
  for (const supplier of graph.ofKind('Supplier'))
    for (const edge of graph.outgoing(supplier.address))
      if (edge.label === 'spec.runs' && !covered.has(edge.to))
        tell('underpinning-missing', supplier, edge.path.slice(1), `nothing that is in force covers ${edge.to}`)
  for (const contract of inForce) for (const address of contract.covers) checkPromise(graph, contract, address, tell)
  return findings
}

function checkDays({ document, state, until, notice, renews, covers }: ContractNow, tell: Tell): void {
  const { from, until: written } = specOf<{ readonly from: string; readonly until?: string }>(document)
  if (written !== undefined && written < from) {
    tell('contract-dates', document, ['until'], `it begins on ${from} and ends on ${written}`)
    return
  }
  if (state === 'ended') {
    if (covers.length > 0)
      tell('contract-ended', document, ['until'], `it ended on ${until}, and covers ${covers.join(', ')}`)
    return
  }
  if (notice === undefined || notice.days < 0 || notice.days > ahead) return
  const then = renews ? 'goes on by itself' : 'ends'
  tell(
    'contract-notice',
    document,
    ['until'],
    `notice by ${notice.by} (${count(notice.days, 'day')}), else it ${then} after ${until}`,
  )
}

interface Promised {
  readonly availability?: number | { readonly target?: number }
  readonly continuity?: { readonly rto?: number }
}

/** What we say of a thing, and of the services that can't be without it, against what the supplier says. */
function checkPromise(
  graph: Graph,
  { document, availability, restore }: ContractNow,
  address: Address,
  tell: Tell,
): void {
  const thing = graph.documents.get(address)
  if (thing === undefined) return
  const spec = specOf<Promised>(thing)
  const promised = typeof spec.availability === 'number' ? spec.availability : spec.availability?.target
  if (promised !== undefined && availability !== undefined && availability < promised)
    tell(
      'underpinning-weak',
      document,
      ['serviceLevel', 'availability'],
      `it promises ${share(availability)} for ${address}, of which we expect ${share(promised)}`,
    )
  const rto = kindOf(address) === 'Service' ? spec.continuity?.rto : undefined
  if (rto !== undefined && restore !== undefined && restore > rto)
    tell(
      'underpinning-weak',
      document,
      ['serviceLevel', 'restore'],
      `it brings ${nameOf(address)} back in ${restore} minutes, and we promise ${rto}`,
    )
}

const share = (value: number): string => `${Number((value * 100).toPrecision(7))} %`
