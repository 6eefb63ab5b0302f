import { peopleOf } from '../change/people.ts'
import type { Address } from '../model/address.ts'
import { reporter } from '../model/diagnostic.ts'
import type { Person as Author, Signer } from '../ports/repository.ts'
import { codes } from './codes.ts'
import { loadCommit } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { refusal } from './records.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/** Who writes commits, and what their messages say of it. */
export interface Hand {
  readonly author: Author
  readonly signer: Signer
  readonly trailers: string
}

/**
 * For whom the engine writes commits and signs them with its own key: a person who asked for it and is not at the keyboard, or nobody
 * (`itself`). The person is named as a co-author, and so is one of those who do not approve it.
 */
export type AskedBy = Address | 'itself'

/** The person at the keyboard where nobody is named; else this engine. Where several asked, each of them is an author. */
export async function handOf(
  world: World,
  tip: string,
  askedBy: AskedBy | readonly Address[] | undefined,
): Promise<Hand> {
  if (askedBy === undefined)
    return { author: await author(world, tip), signer: await world.personSigner(), trailers: '' }
  // An address that is nobody's, by RFC 2606.
  const engine = { name: 'Plumbline', email: 'plumbline@engine.invalid', at: world.clock.now().toISOString() }
  const signer = await world.engineSigner()
  const people = askedBy === 'itself' ? [] : typeof askedBy === 'string' ? [askedBy] : askedBy
  if (people.length === 0) return { author: engine, signer, trailers: '' }
  const { graph } = await loadCommit(world, tip)
  return { author: engine, signer, trailers: people.map((person) => trailersOf(graph, person)).join('') }
}

function trailersOf(graph: EstateAt['graph'], person: Address): string {
  const { fullName, email } = graph.documents.get(person)?.document.spec ?? {}
  if (typeof email !== 'string')
    throw refusal(report('person-unknown', { summary: `${person} is nobody in the base commit` }))
  const name = String(fullName ?? person)
    .replaceAll(/[^\p{L}\p{N} .'-]+/gu, ' ')
    .trim()
  return `Requested-By: ${person}\nCo-authored-by: ${name} <${email}>\n`
}

/** The person of the base whose key signs; what they have written is theirs. */
export async function author(world: World, tip: string): Promise<Author> {
  const signer = await world.personSigner()
  const estate = await loadCommit(world, tip)
  const [person] = peopleOf(estate.graph).ownersOfKey(signer.publicKey)
  if (person === undefined)
    throw refusal(
      report('person-unknown', {
        summary: `the key ${world.fingerprint(signer.publicKey) ?? ''} is of nobody in the base commit`,
      }),
    )
  const fullName = estate.graph.documents.get(person.address)?.document.spec['fullName']
  return { name: String(fullName ?? person.address), email: person.email, at: world.clock.now().toISOString() }
}
