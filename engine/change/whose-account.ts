import { type Account, accountEntry, accountName } from '../model/account.ts'
import type { codes } from './codes.ts'
import type { JudgedPerson, People } from './people.ts'

type AccountCode = Extract<keyof typeof codes, `account-${string}`>

/** Why an account proves nobody. */
export interface AccountFault {
  readonly code: AccountCode
  readonly because: string
  /** What to write where, where that would help. */
  readonly hint?: string
}

/**
 * The one person of the base whom an account stands for. Where the forge tells a number, it decides, whatever the login is by
 * now; an entry with a number stands for nothing that is told without one. See decision 14.
 */
export function whoseAccount(account: Account, people: People): JudgedPerson | AccountFault {
  const [person, other] = people.byAccount(account)
  if (person === undefined) return whyNobody(account, people)
  if (other === undefined) return person
  const because = `${person.address} and ${other.address} both list ${accountEntry(account)}`
  return { code: 'account-shared', because }
}

function whyNobody(account: Account, people: People): AccountFault {
  const [person] = people.maybeOfAccount(account)
  const name = accountName(account)
  if (person === undefined) {
    const [before] = people.maybeOfAccount({ host: account.host, login: account.login })
    const because =
      before === undefined
        ? 'the base lists that account for nobody'
        : `${name} has the number ${account.id} now, and the base lists another account of that name for ${before.address}`
    return { code: 'account-unknown', because }
  }
  if (account.id === undefined) {
    const because = `the base lists ${name} with its number for ${person.address}, and the forge told of it without one`
    return { code: 'account-number-untold', because }
  }
  return {
    code: 'account-unnumbered',
    because: `the base lists ${name} for ${person.address} without its number`,
    hint: `once you are sure that the account is theirs, write ${accountEntry(account)} instead of ${name} in spec.accounts of ${person.address}, in a change of its own`,
  }
}
