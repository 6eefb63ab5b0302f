import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { FieldChange, ResourceType } from '../../model/resource.ts'
import { codes } from '../codes.ts'
import { asSet, compareFields } from '../fields.ts'
import { canonicalAddress } from './addresses.ts'
import { interfaceText } from './interface-text.ts'
import { parse, probe } from './probe.ts'
import { type InterfaceSpec, type InterfaceState, interfaceOf, managerOf, nameOf, pathOf } from './spec.ts'
import { steps } from './steps.ts'

const report = reporter(codes)

/** A network interface: the file that its manager reads, and the addresses that it has. */
export const resource: ResourceType<InterfaceSpec, InterfaceState> = {
  name: 'networkInterface',
  rank: 7,
  identify: nameOf,
  check,
  normalise(spec) {
    const { name, ensure, preimage } = spec
    const manager = managerOf(spec)
    if (ensure === 'absent') return { name, manager, ensure }
    if (preimage !== undefined) return { name, manager, preimage }
    const { ensure: _ensure, addresses, mac, gateways, dns, ...rest } = spec
    const plain = (all: readonly string[]) => all.map((a) => canonicalAddress(a) ?? a)
    return {
      ...rest,
      manager,
      dhcp: spec.dhcp ?? 'no',
      ...(mac !== undefined && { mac: mac.toLowerCase() }),
      ...(addresses !== undefined && { addresses: asSet(plain(addresses)) }),
      ...(gateways !== undefined && { gateways: plain(gateways) }),
      ...(dns !== undefined && { dns: plain(dns) }),
    }
  },
  probe,
  parse,
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  after: (spec) => (managerOf(spec) === 'ifupdown' ? ['package:ifupdown'] : []),
  paths: (spec) => [pathOf(spec)],
  owns: 'whole',
  restore(name, state) {
    const of = interfaceOf(name)
    return state === null ? { ...of, ensure: 'absent' } : { ...of, preimage: state.sha256 }
  },
}

function check(spec: InterfaceSpec, about: Parameters<NonNullable<ResourceType['check']>>[1]): readonly Diagnostic[] {
  if (spec.ensure === 'absent') return []
  const invalid = (summary: string) => report('resource-invalid', { ...about.place, subject: about.subject, summary })
  const { name, addresses = [], gateways = [], dns = [], mac } = spec
  const withPrefix = addresses.filter((a) => !a.includes('/') || canonicalAddress(a) === undefined)
  const without = [...gateways, ...dns].filter((a) => a.includes('/') || canonicalAddress(a) === undefined)
  const ifupdown = managerOf(spec) === 'ifupdown'
  const family = (a: string) => a.includes(':')
  const lonely = ifupdown ? gateways.filter((g) => !addresses.some((a) => family(a) === family(g))) : []
  return [
    ...withPrefix.map((a) => invalid(`${a} of ${name} is no address with a prefix length, such as 10.0.4.11/24`)),
    ...without.map((a) => invalid(`${a} of ${name} is no address`)),
    ...lonely.map((g) => invalid(`the gateway ${g} of ${name} has no address of its family beside it`)),
    ...(ifupdown && mac !== undefined ? [invalid(`ifupdown knows ${name} by its name only, not by mac`)] : []),
    ...(gateways.length > 2 || gateways.filter(family).length > 1 || gateways.filter((g) => !family(g)).length > 1
      ? [invalid(`${name} has more than one gateway of a family`)]
      : []),
  ]
}

/** `text` is the file as it is on the host. */
function diff(want: InterfaceSpec, have: InterfaceState | null, text: string | undefined): readonly FieldChange[] {
  const before = have === null ? {} : { before: `sha256:${have.sha256}` }
  if (want.preimage !== undefined) {
    return have?.sha256 === want.preimage ? [] : [{ path: 'content', ...before, after: `sha256:${want.preimage}` }]
  }
  const after = interfaceText(want)
  const shown = have === null ? '' : text
  const content: FieldChange = {
    path: 'content',
    ...before,
    after: 'as declared',
    ...(shown !== undefined && { text: { before: shown, after } }),
  }
  return [
    ...(have !== null && text === after ? [] : [content]),
    ...liveChange(want, have),
    ...compareFields(
      { mode: '0644', owner: 'root', group: 'root' },
      have,
      have === null ? [] : ['mode', 'owner', 'group'],
    ),
  ]
}

/** An address that it shall have and has not. What it has beside is shown by the file, or given by somebody else. */
function liveChange({ addresses = [] }: InterfaceSpec, have: InterfaceState | null): readonly FieldChange[] {
  const live = have?.live
  if (live === undefined || live === null || addresses.every((a) => live.includes(a))) return []
  return [{ path: 'live', before: [...live], after: [...addresses] }]
}
