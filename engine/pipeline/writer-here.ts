import type { Address } from '../model/address.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Signer } from '../ports/repository.ts'
import { expectOwnKey } from './engine-keys.ts'
import { personHere } from './person-here.ts'
import { expectGenesis } from './records.ts'
import type { World } from './world.ts'

/** Who moves a record that people and engines may move. */
export interface Writer {
  readonly actor: 'engine' | Address
  readonly signer: Signer
}

/** The person at the keyboard; this engine where nobody sits at it. */
export async function writerHere(world: World): Promise<Writer | { readonly refused: readonly Diagnostic[] }> {
  if (world.unattended === true) {
    await expectOwnKey(world, await expectGenesis(world))
    return { actor: 'engine', signer: await world.engineSigner() }
  }
  const here = await personHere(world)
  return 'refused' in here ? here : { actor: here.person, signer: here.signer }
}
