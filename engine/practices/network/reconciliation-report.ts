import { type Address, nameOf } from '../../model/address.ts'
import type { Report } from '../../model/practice.ts'
import { reconcile } from './reconcile.ts'

/** What hosts say of their networks against the documents. */
export const networkReconciliation: Report = {
  name: 'network-reconciliation',
  summary: 'interfaces, addresses, cables and neighbours in the documents, against what hosts were seen to say',
  about: 'Host',
  observed: true,
  run: (input, about) => {
    const { differences, strangers, notSeen } = reconcile(input, about)
    return {
      title: 'Reconciliation of networks',
      tables: [
        {
          caption: 'Differences',
          head: ['host', 'interface', 'what', 'written', 'seen', 'where the host is right'],
          rows: differences.map((d) => [nameOf(d.host), d.interface, d.what, d.written, d.seen, d.correct]),
          empty: `every host that was seen is connected as it is written down; ${notSeen.length} of ${about.length} were never looked at`,
        },
        {
          caption: 'Strangers',
          head: ['address', 'answers as', 'written', 'seen by'],
          rows: strangers.map((s) => [s.address, s.mac, s.written, whoSaw(s.seenBy)]),
          empty: 'nobody answers in our prefixes who is not written down',
        },
      ],
      data: {
        differences: differences.map((d) => ({ ...d })),
        strangers: strangers.map((s) => ({ ...s })),
        notSeen,
      },
    }
  },
}

function whoSaw(hosts: readonly Address[]): string {
  const first = hosts.slice(0, 5).map(nameOf).join(', ')
  return hosts.length > 5 ? `${first} and ${hosts.length - 5} more` : first
}
