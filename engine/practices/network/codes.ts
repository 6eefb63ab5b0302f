import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'prefix-form': {
    severity: 'error',
    meaning: 'A prefix, or an address of it, is none.',
    fix: 'write it in CIDR notation, with nothing set beyond its length, and gateway and reserved addresses inside of it',
  },
  'prefix-duplicate': {
    severity: 'error',
    meaning: 'The same prefix stands in two documents of one routing table.',
    fix: 'remove one of them, or give it a vrf of its own',
  },
  'prefix-overlap': {
    severity: 'error',
    meaning: 'A prefix lies inside of another one that is no container: the same addresses are in two segments.',
    fix: 'make the outer one a container, or give the inner one other addresses',
  },
  'prefix-site': {
    severity: 'error',
    meaning: 'A prefix lies inside of another one that is used at another site.',
    fix: 'correct the site of one of them',
  },
  'vlan-duplicate': {
    severity: 'error',
    meaning: 'The same VLAN number stands for two networks at one site.',
    fix: 'give one of them another number',
  },
  'address-form': {
    severity: 'error',
    meaning: 'An address is none.',
    fix: 'write it as 10.20.3.5 or 2001:db8::5',
  },
  'address-duplicate': {
    severity: 'error',
    meaning: 'Two things have the same address.',
    fix: 'give one of them another one; plumbline report prefixes tells which is free. Where several answer in turn, shared: true says so',
  },
  'address-unusable': {
    severity: 'error',
    meaning: 'Something has an address that no host of its network can have.',
    fix: 'give it another one; plumbline report prefixes tells which is free',
  },
  'address-orphan': {
    severity: 'warning',
    meaning: 'No prefix in the documents holds an address that is in use.',
    fix: 'describe the prefix that it is in, or correct the address',
  },
  'address-length': {
    severity: 'error',
    meaning: 'An interface takes its network for larger or smaller than the prefix that holds its address.',
    fix: 'write the length of the prefix behind the address, or correct the prefix',
  },
  'interface-duplicate': {
    severity: 'error',
    meaning: 'Two documents describe the same interface.',
    fix: 'remove one of them, or correct its name',
  },
  'interface-speed': {
    severity: 'error',
    meaning: 'An interface is set to more than its form can do.',
    fix: 'correct its speed or its type',
  },
  'interface-lag': {
    severity: 'error',
    meaning: 'An interface is said to be part of a bundle that is another device’s, or that is no bundle.',
    fix: 'name an interface of the same device whose type is lag',
  },
  'interface-unknown': {
    severity: 'warning',
    meaning: 'An address is said to be on an interface that no document of its host describes.',
    fix: 'correct the name, or describe the interface',
  },
  'mac-duplicate': {
    severity: 'error',
    meaning: 'Two devices have the same hardware address: on one segment, neither can be reached for sure.',
    fix: 'look at the devices (ip link), and correct one of them',
  },
  'cable-end': {
    severity: 'error',
    meaning: 'A cable is plugged into a port that its device has not, or into two that do not go together.',
    fix: 'write the port as the device type names it; an interface that it does not list needs a document of its own',
  },
  'cable-port-taken': {
    severity: 'error',
    meaning: 'Two cables are in one port.',
    fix: 'look which of them it is, and correct the other one; where a cable was exchanged, remove the old document',
  },
  'cable-itself': {
    severity: 'error',
    meaning: 'A cable leads from a port, or a device, to itself.',
    fix: 'correct one of its ends',
  },
  'cable-media': {
    severity: 'error',
    meaning: 'A cable does not fit into a port, such as fibre into one for twisted pair.',
    fix: 'correct the type of the cable; where a module makes the port another one, give its Interface that type',
  },
  'cable-speed': {
    severity: 'error',
    meaning: 'Two interfaces that are connected have no speed in common, or the cable between them does not carry it.',
    fix: 'set both to one speed, or exchange the cable',
  },
  'cable-length': {
    severity: 'error',
    meaning: 'Twisted pair is longer from end to end than it may be.',
    fix: 'correct the lengths, or use fibre',
  },
  'cable-loop': {
    severity: 'error',
    meaning: 'Cables and panels lead round in a circle.',
    fix: 'correct the end of one of them; plumbline report cable-path shows the way',
  },
  'cable-supply': {
    severity: 'error',
    meaning:
      'A supply is plugged into another distribution unit than its machine is said to hang on. What is computed for the loss of a feed is wrong then.',
    fix: 'correct the cable, or power.supplies of the machine',
  },
  'cable-vlan': {
    severity: 'error',
    meaning: 'Two interfaces that are connected do not carry the same VLANs: frames get lost, or into another network.',
    fix: 'give both the same vlans',
  },
  'dns-form': {
    severity: 'error',
    meaning:
      'A record of DNS can not be written as it stands: something is missing, does not belong to its type, or is no name.',
    fix: 'plumbline explain DnsRecord tells which fields are for which types',
  },
  'dns-duplicate': {
    severity: 'error',
    meaning: 'The same record stands in two documents.',
    fix: 'remove one of them',
  },
  'dns-ttl': {
    severity: 'warning',
    meaning:
      'Records of one name and type have several times to live, which servers do not keep apart (RFC 2181, 5.2).',
    fix: 'give all of them the same ttl',
  },
  'dns-cname': {
    severity: 'error',
    meaning:
      'A CNAME stands beside other data of its name (RFC 1034, 3.6.2), there are two of them, or something that must not leads to one (RFC 2181, 10.3).',
    fix: 'remove one of them; NS, MX and SRV name what the CNAME leads to',
  },
  'dns-cname-loop': {
    severity: 'error',
    meaning: 'A CNAME leads back to itself.',
    fix: 'let one of them lead to a name with an address',
  },
  'dns-dangling': {
    severity: 'error',
    meaning:
      'A name leads to nothing: to a name of our zones that is not there, or to an address of our prefixes that nobody has. Whoever gets it next answers under the name.',
    fix: 'remove the record, or correct what it leads to',
  },
  'dns-retired': {
    severity: 'error',
    meaning: 'A name leads to a machine that is retired.',
    fix: 'remove the record, or let it lead to what replaced the machine',
  },
  'dns-reverse': {
    severity: 'warning',
    meaning:
      'An address and its name do not lead to each other (RFC 1912, 2.1), although its reverse zone is ours. Some servers refuse mail and logins then.',
    fix: 'add the PTR or the A or AAAA, or correct the name',
  },
} as const satisfies CodeBook
