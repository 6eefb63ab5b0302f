import type { Address } from '../../model/address.ts'
import { nameOf } from '../../model/address.ts'
import type { Facts } from '../../model/facts.ts'
import { type ReportInput, specOf } from '../../model/practice.ts'
import { type Asset, type AssetDisk, assetsOf } from './asset.ts'

/** Where a machine is another one than is written, with both ways out: the document is wrong, or the machine. */
export interface Difference {
  readonly host: Address
  readonly asset?: Address
  readonly what: 'serial' | 'model' | 'memory' | 'disk' | 'no asset'
  readonly written: string
  readonly seen: string
  readonly correct: string
  readonly exchange: string
}

type Hardware = NonNullable<Facts['hardware']>
type SeenDisk = Hardware['disks'][number]

const gibibyte = 2 ** 30
const gigabyte = 1e9
/** Firmware and kernel keep some memory for themselves; what a kernel calls total is never all of it. */
const kept = 0.85
/** Makers round the sizes of disks. */
const rounding = 0.05

/** What is written of the machine that a host is, against what it says of itself. Virtual machines are nobody's asset. */
export function differencesOf(input: ReportInput, hosts: readonly Address[]): readonly Difference[] {
  const all = assetsOf(input.graph)
  const byHost = new Map(all.map((a) => [a.host, a]))
  const bySerial = new Map(all.map((a) => [a.serial, a]))
  return hosts.flatMap((host) => {
    const hardware = input.seen?.(nameOf(host))?.hardware
    if (hardware === undefined || hardware.virtualisation !== 'none') return []
    const owner = hardware.serial === undefined ? undefined : bySerial.get(hardware.serial)
    return differencesOn(input, host, hardware, { asset: byHost.get(host), owner })
  })
}

function differencesOn(
  input: ReportInput,
  host: Address,
  hardware: Hardware,
  { asset, owner }: { readonly asset: Asset | undefined; readonly owner: Asset | undefined },
): readonly Difference[] {
  if (asset === undefined) return hardware.serial === undefined ? [] : [withoutAsset(host, hardware.serial, owner)]
  return [
    ...serial(host, asset, hardware, owner),
    ...model(input, host, asset, hardware),
    ...memory(host, asset, hardware),
    ...disks(host, asset, hardware),
  ]
}

function withoutAsset(host: Address, seen: string, owner: Asset | undefined): Difference {
  const exchange =
    owner === undefined
      ? 'find out whose machine it is'
      : `${owner.document.address} has this serial number: say that it is this host`
  return { host, what: 'no asset', written: '–', seen, correct: 'write an Asset for it', exchange }
}

function serial(host: Address, asset: Asset, { serial: seen }: Hardware, owner: Asset | undefined) {
  if (asset.serial === undefined || seen === undefined || asset.serial === seen) return []
  const { address } = asset.document
  const difference: Difference = {
    ...{ host, asset: address, what: 'serial', written: asset.serial, seen },
    correct: `write ${seen} into ${address}`,
    exchange:
      owner === undefined
        ? `machine ${asset.serial} was exchanged: write an Asset for the new one`
        : `the host is ${owner.document.address} now: exchange them`,
  }
  return [difference]
}

function model({ graph }: ReportInput, host: Address, asset: Asset, { model: seen }: Hardware) {
  const type = asset.deviceType === undefined ? undefined : graph.documents.get(asset.deviceType)
  const written = type === undefined ? undefined : specOf<{ readonly model: string }>(type).model
  if (written === undefined || seen === undefined || sameModel(written, seen)) return []
  const { address } = asset.document
  const difference: Difference = {
    ...{ host, asset: address, what: 'model', written, seen },
    correct: `give ${address} the device type of a ${seen}`,
    exchange: 'the machine was exchanged: write an Asset for the new one',
  }
  return [difference]
}

/** Makers write the same model with and without their own name, dashes and spaces. */
function sameModel(a: string, b: string): boolean {
  const [x, y] = [a, b].map((text) => text.toLowerCase().replace(/[^a-z0-9]+/g, ''))
  return x !== undefined && y !== undefined && (x.includes(y) || y.includes(x))
}

function memory(host: Address, asset: Asset, hardware: Hardware) {
  const { memory: written, document } = asset
  if (written === undefined) return []
  const seen = hardware.memory / gibibyte
  if (seen >= written * kept && seen <= written) return []
  const has = Math.round(seen * 10) / 10
  const difference: Difference = {
    ...{ host, asset: document.address, what: 'memory', written: `${written} GiB`, seen: `${has} GiB` },
    correct: `write what is in it as memory of ${document.address}`,
    exchange: seen < written ? 'find the module that is missing or broken' : 'find out where the modules came from',
  }
  return [difference]
}

/** Disks by their serial numbers, the others by their size; only where any are written, since controllers may hide them. */
function disks(host: Address, asset: Asset, hardware: Hardware) {
  if (asset.disks === undefined) return []
  const { address } = asset.document
  const left = [...hardware.disks]
  const take = (matches: (disk: SeenDisk) => boolean): boolean => {
    const at = left.findIndex(matches)
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  }
  const bySerial = asset.disks.filter((d) => d.serial === undefined || !take((s) => s.serial === d.serial))
  // One that shows no number may be the one that is written with one.
  const missing = bySerial.filter(
    (d) => !take((s) => sameSize(d, s) && (s.serial === undefined || d.serial === undefined)),
  )
  const base = { host, asset: address, what: 'disk' } as const
  return [
    ...missing.map(
      (d): Difference => ({
        ...{ ...base, written: diskText(d.size, d.serial), seen: '–' },
        correct: `take it out of the disks of ${address}`,
        exchange: 'find out where it went: data may be on it',
      }),
    ),
    ...left.map(
      (d): Difference => ({
        ...{ ...base, written: '–', seen: `${d.name}, ${diskText(Math.round(d.size / gigabyte), d.serial)}` },
        correct: `write it into the disks of ${address}`,
        exchange: 'find out who put it in, and take it out',
      }),
    ),
  ]
}

const sameSize = (written: AssetDisk, seen: SeenDisk): boolean =>
  Math.abs(seen.size / gigabyte - written.size) <= written.size * rounding

const diskText = (size: number, serial: string | undefined): string =>
  `${size} GB${serial === undefined ? '' : `, ${serial}`}`
