import { type Address, nameOf } from '../../model/address.ts'
import { type Graph, target } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'
import { addressOf, cidrOf } from './ip.ts'
import { mediumOfInterface, speedOfType, speedText } from './media.ts'
import type { Interface, Ports } from './ports.ts'
import type { Tell } from './tell.ts'

/** Interfaces that stand there twice, hardware addresses that two devices have, bundles that are none, and forms of addresses. */
export function checkInterfaces(graph: Graph, ports: Ports, tell: Tell): void {
  const macs = new Map<string, Interface>()
  for (const found of ports.interfaces) {
    const { document, device, name, mac } = found
    const first = ports.interfaceOf({ device, name, sort: 'interface' })
    if (first !== undefined && first !== found)
      tell(
        'interface-duplicate',
        document,
        ['name'],
        `${nameOf(first.document.address)} is ${name} of ${nameOf(device)}, too`,
      )
    const other = mac === undefined ? undefined : macs.get(mac)
    // Bundles, bridges and VLANs have the hardware address of one of their parts.
    if (mac !== undefined && other !== undefined && other.device !== device)
      tell('mac-duplicate', document, ['mac'], `${nameOf(other.document.address)} has ${mac}, too`)
    else if (mac !== undefined && other === undefined) macs.set(mac, found)
    checkSpeed(ports, found, tell)
    checkForms(found, tell)
  }
  checkLags(ports, tell)
  checkAddresses(graph, ports, tell)
}

function checkSpeed(ports: Ports, { document, device, name, speed }: Interface, tell: Tell): void {
  const type = ports.typeOf({ device, name, sort: 'interface' })
  const most = type === undefined ? undefined : speedOfType(type)
  if (speed !== undefined && most !== undefined && speed > most)
    tell('interface-speed', document, ['speed'], `${speedText(speed)} is more than ${type} does`)
}

function checkForms({ document }: Interface, tell: Tell): void {
  const { addresses = [] } = specOf<{ readonly addresses?: readonly string[] }>(document)
  for (const [i, text] of addresses.entries())
    if ((text.includes('/') ? cidrOf(text) : addressOf(text)) === undefined)
      tell('address-form', document, ['addresses', i], `${text} is no address`)
}

function checkLags(ports: Ports, tell: Tell): void {
  const known = new Map(ports.interfaces.map((i) => [i.document.address, i]))
  for (const { document, device, lag } of ports.interfaces) {
    const bundle = lag === undefined ? undefined : known.get(lag)
    if (bundle === undefined) continue
    const type = ports.typeOf({ device: bundle.device, name: bundle.name, sort: 'interface' })
    const name = nameOf(bundle.document.address)
    if (bundle.device !== device)
      tell(
        'interface-lag',
        document,
        ['lag'],
        `${name} is of ${nameOf(bundle.device)}, and this one of ${nameOf(device)}`,
      )
    else if (type !== undefined && mediumOfInterface(type) !== 'none')
      tell('interface-lag', document, ['lag'], `${name} is ${type}, which is no bundle`)
  }
}

/** Interfaces that an `Address` names and that its host has not. */
function checkAddresses(graph: Graph, ports: Ports, tell: Tell): void {
  for (const document of graph.ofKind('Address')) {
    const host: Address | undefined = target(graph, document.address, 'spec.host')
    const { interface: name } = specOf<{ readonly interface?: string }>(document)
    if (host === undefined || name === undefined || ports.ofDevice(host).length === 0) continue
    if (ports.interfaceOf({ device: host, name, sort: 'interface' }) === undefined)
      tell(
        'interface-unknown',
        document,
        ['interface'],
        `${nameOf(host)} has no interface ${name}, only ${ports
          .ofDevice(host)
          .slice(0, 5)
          .map((i) => i.name)
          .join(', ')}`,
      )
  }
}
