import { nameOf } from '../../model/address.ts'
import { count } from '../../model/count.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { LoadedDocument } from '../../model/document.ts'
import { target } from '../../model/graph.ts'
import type { PracticeInput } from '../../model/practice.ts'
import { type Asset, assetsOf, daysUntil, follows } from './asset.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

type Tell = (code: keyof typeof codes, document: LoadedDocument, field: string, summary: string) => void

/** Days before its end that a warranty, and the life of a model, are told. */
const ahead = { warranty: 60, life: 180 }

/** Lives that go on as they can't, hosts that are no hosts any more, and what runs out. */
export function checkAssets({ graph, locate, now, base }: PracticeInput): readonly Diagnostic[] {
  const findings: Diagnostic[] = []
  const tell: Tell = (code, document, field, summary) =>
    findings.push(report(code, { summary, ...locate(document, ['spec', field]), subject: document.address }))
  const assets = assetsOf(graph)
  for (const asset of assets) {
    checkHost(asset, modelOf(asset.host, graph), tell)
    checkEnds(asset, now, tell)
  }
  if (base === undefined) return findings
  const before = new Map(assetsOf(base).map((a) => [a.document.address, a]))
  for (const { document, state } of assets) {
    const was = before.get(document.address)?.state
    if (was !== undefined && was !== state && !follows[was].includes(state))
      tell(
        'asset-transition',
        document,
        'state',
        `from ${was} it can go to ${follows[was].join(' or ') || 'nothing else'}, not to ${state}`,
      )
  }
  for (const [address, { state, document }] of before)
    if (state !== 'disposed' && !graph.documents.has(address))
      findings.push(
        report('asset-removed', {
          summary: `${address} was ${state} and is in no document any more`,
          file: document.file,
          subject: address,
        }),
      )
  return findings
}

const modelOf = (host: Asset['host'], graph: PracticeInput['graph']) =>
  host === undefined ? undefined : target(graph, host, 'spec.deviceType')

function checkHost({ document, state, host, deviceType }: Asset, model: Asset['deviceType'], tell: Tell): void {
  if (host === undefined) return
  if (state !== 'in-use' && state !== 'repair')
    tell('asset-host', document, 'host', `it is ${state}, and yet the host ${nameOf(host)}`)
  if (deviceType !== undefined && model !== undefined && model !== deviceType)
    tell(
      'asset-host',
      document,
      'deviceType',
      `it is a ${nameOf(deviceType)}, and ${nameOf(host)} is a ${nameOf(model)}`,
    )
}

function checkEnds({ document, state, warrantyUntil, endOfLife }: Asset, now: Date, tell: Tell): void {
  if (state !== 'in-use' && state !== 'repair') return
  const warranty = warrantyUntil === undefined ? undefined : daysUntil(warrantyUntil, now)
  // One that is over for long is known: reports show it.
  if (warranty !== undefined && warranty >= 0 && warranty <= ahead.warranty)
    tell(
      'asset-warranty',
      document,
      'warrantyUntil',
      `its warranty ends on ${warrantyUntil}, in ${count(warranty, 'day')}`,
    )
  const life = endOfLife === undefined ? undefined : daysUntil(endOfLife, now)
  if (life !== undefined && life <= ahead.life)
    tell(
      'asset-end-of-life',
      document,
      'endOfLife',
      life < 0
        ? `its life ended on ${endOfLife}, ${count(-life, 'day')} ago`
        : `its life ends on ${endOfLife}, in ${count(life, 'day')}`,
    )
}
