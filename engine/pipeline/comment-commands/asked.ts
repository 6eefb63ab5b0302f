import type { Address } from '../../model/address.ts'
import type { ForgePermission, RequestPage } from '../../model/pull-request.ts'
import type { Forge, ForgeComment } from '../../ports/forge.ts'
import type { Telling } from '../ci/plan-request.ts'

/** A command that is to be run: where, by whom, in which comment. */
export interface Asked {
  readonly forge: Forge
  readonly request: RequestPage
  readonly comment: ForgeComment
  readonly permission: ForgePermission
  readonly telling: Telling
}

/** The same, by a person of the base. */
export interface AskedByPerson extends Asked {
  readonly person: Address
}
