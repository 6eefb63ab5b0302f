import { belongsTo, type People, referenced } from '../../change/people.ts'
import { whoseAccount } from '../../change/whose-account.ts'
import type { Account } from '../../model/account.ts'
import type { Address } from '../../model/address.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import { type ForgeAccount, type ForgePermission, mayWrite } from '../../model/pull-request.ts'
import { codes } from './codes.ts'
import type { CommandName } from './parse-command.ts'

const report = reporter(codes)

/** Teams whose members may, by command; everybody who is somebody where none is named. */
export type CommandTeams = Readonly<Partial<Record<CommandName, readonly string[] | undefined>>>

export interface Asking {
  readonly command: CommandName
  readonly account: ForgeAccount
  /** Host name of the forge. */
  readonly host: string
  readonly permission: ForgePermission
  /** People of the base. */
  readonly people: People
  /** As the base has them. */
  readonly teams: CommandTeams
}

/** Somebody who may; `person` where the command asks for one. */
export interface Allowed {
  readonly person?: Address
}

/**
 * Whether who wrote a comment may have its command run. Help is for whoever may read; a plan for whoever may write, since they could
 * push. Everything else takes an active person of the base behind the account, who may write, and is of a team that the base names
 * where it names any. Whether an approval counts is not decided here.
 */
export function mayRun({ command, account, host, permission, people, teams }: Asking): Allowed | Diagnostic {
  if (command === 'help') return permission === 'none' ? refused('the account may not read this repository') : {}
  if (!mayWrite(permission))
    return refused(
      permission === 'none' ? 'the account may do nothing here' : `the account has ${permission} permission only`,
    )
  if (command === 'plan') return {}
  const person = whoseAccount(accountOf(account, host), people)
  if ('code' in person)
    return report('command-not-allowed', {
      summary: person.because,
      ...(person.hint !== undefined && { hint: person.hint }),
    })
  if (person.bot) return refused(`${person.address} is a program`)
  if (!person.active) return refused(`${person.address} is no longer active`)
  const named = (teams[command] ?? []).map((team) => referenced(team, 'Team'))
  if (belongsTo(people, person.address, named)) return { person: person.address }
  return refused(`${person.address} is in none of ${named.join(', ')}`)
}

const refused = (summary: string): Diagnostic => report('command-not-allowed', { summary })

const accountOf = ({ login, id }: ForgeAccount, host: string): Account => ({
  ...{ host, login },
  ...(id !== undefined && { id }),
})
