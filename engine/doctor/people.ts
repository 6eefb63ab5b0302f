import { peopleOf } from '../change/people.ts'
import { accountName } from '../model/account.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { EstateFacts } from './doctor-facts.ts'
import { report } from './report.ts'

/** Accounts on this forge that a login alone stands for. */
export function peopleFindings({ graph, host }: EstateFacts): readonly Diagnostic[] {
  if (host === undefined) return []
  return [...peopleOf(graph).byAddress.values()]
    .filter((person) => person.active)
    .flatMap(({ address, accounts }) =>
      accounts
        .filter((account) => account.id === undefined && account.host === host.toLowerCase())
        .map((account) => {
          const file = graph.documents.get(address)?.file
          const place = file === undefined ? {} : { file }
          return report('setup-account-number', `${accountName(account)} is listed without its number`, {
            ...place,
            subject: address,
          })
        }),
    )
}
