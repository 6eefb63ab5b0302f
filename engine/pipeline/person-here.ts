import { keyFault, keyOf, peopleOf } from '../change/people.ts'
import type { Address } from '../model/address.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Signer } from '../ports/repository.ts'
import { rulesFor } from './agreed-rules.ts'
import { codes } from './codes.ts'
import { loadCommit } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import type { World } from './world.ts'

const report = reporter(codes)

export interface PersonHere {
  readonly person: Address
  readonly signer: Signer
  /** The target branch as it stands, as far as it was agreed to. */
  readonly estate: EstateAt
}

/**
 * Who is at the keyboard, by the target branch as it stands: an active human, with a key that is good for signing now. Whatever is
 * done to a change after its plan is held to that, here and by whoever verifies the ledger.
 */
export async function personHere(world: World): Promise<PersonHere | { readonly refused: readonly Diagnostic[] }> {
  const branch = await targetBranch(world)
  const tip = await targetTip(world, branch)
  const estate = await (tip === undefined ? loadCommit(world, branch) : rulesFor(world, tip))
  const signer = await world.personSigner()
  const [owner, other] = peopleOf(estate.graph).ownersOfKey(signer.publicKey)
  const key = owner === undefined ? undefined : keyOf(owner, signer.publicKey)
  const now = world.clock.now().getTime()
  const fault = key === undefined ? undefined : keyFault(key, now, now)
  if (owner === undefined || other !== undefined || !owner.active || owner.bot || fault !== undefined) {
    const because = fault?.because ?? `the key is of no active person of ${branch}`
    const summary = `${world.fingerprint(signer.publicKey) ?? ''}: ${because}`
    return { refused: [report('person-unknown', { summary })] }
  }
  return { person: owner.address, signer, estate }
}
