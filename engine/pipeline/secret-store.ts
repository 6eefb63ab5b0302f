import { isAge, referencesIn } from '../compile/secrets.ts'
import type { Address } from '../model/address.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Json } from '../model/document.ts'
import { parseSecretRef, secretFile, secretsFolder } from '../model/secret-ref.ts'
import type { NewIdentity } from '../ports/secrets.ts'
import { codes } from './codes.ts'
import { loadWork, readWorkConfig } from './estate.ts'
import type { World } from './world.ts'

const report = reporter(codes)

type Refused = { readonly refused: readonly Diagnostic[] }

const refuse = (code: keyof typeof codes, summary: string, hint?: string): Refused => ({
  refused: [report(code, { summary, ...(hint !== undefined && { hint }) })],
})

/** Encrypts a value for the recipients of the estate and writes it to `secrets/NAME.age`. Nobody can read it back but they. */
export async function setSecret(
  world: World,
  name: string,
  value: string,
): Promise<{ readonly reference: string; readonly file: string; readonly recipients: number } | Refused> {
  const reference = `age/${name}`
  const ref = parseSecretRef(reference)
  if (ref === undefined || ref.key !== undefined)
    return refuse(
      'secret-name',
      `${name} is no name of a secret`,
      'letters, digits, dot, hyphen, underscore; folders by /',
    )
  if (value.replace(/\r?\n$/, '') === '') return refuse('secret-empty', `no value for ${reference} was given`)
  const { recipients = [] } = (await readWorkConfig(world)).secrets ?? {}
  const sealed = await seal(world, value, recipients)
  if ('refused' in sealed) return sealed
  await world.folder.replace(new Map([[secretFile(ref), sealed.armoured]]))
  return { reference, file: secretFile(ref), recipients: recipients.length }
}

async function seal(
  world: World,
  value: string,
  recipients: readonly string[],
): Promise<{ readonly armoured: string } | Refused> {
  if (recipients.length === 0)
    return refuse(
      'secret-recipients',
      'plumbline.yaml names nobody who could read a secret',
      'make a key with plumbline secret keygen on each machine that applies, and put what it prints into spec.secrets.recipients',
    )
  const sealed = await (await world.secrets()).seal(value, recipients)
  return 'problem' in sealed ? refuse('secret-recipients', sealed.problem) : sealed
}

/** One secret as documents and the folder know it. */
export interface ListedSecret {
  readonly reference: string
  /** `missing`: no such file; `plain`: a file that everybody can read; `elsewhere`: not kept in the estate. */
  readonly kept: 'encrypted' | 'plain' | 'missing' | 'elsewhere'
  readonly usedBy: readonly Address[]
}

/** What documents refer to, and what lies in the folder for secrets. No value is looked up. */
export async function listSecrets(world: World): Promise<readonly ListedSecret[]> {
  const estate = await loadWork(world)
  const users = new Map<string, Set<Address>>()
  for (const { address, document } of estate.graph.documents.values())
    for (const reference of referencesIn(document.spec as Json)) {
      const known = users.get(reference) ?? new Set()
      users.set(reference, known.add(address))
    }
  const files = await ageFiles(world)
  for (const { reference } of files) if (!users.has(reference)) users.set(reference, new Set())
  const plain = new Set(files.filter((f) => !isAge(f.bytes)).map((f) => f.reference))
  return [...users]
    .map(([reference, by]): ListedSecret => {
      const inEstate = reference.startsWith('age/')
      const there = estate.compile.sealed(reference) !== undefined
      const kept = !inEstate ? 'elsewhere' : plain.has(reference) ? 'plain' : there ? 'encrypted' : 'missing'
      return { reference, kept, usedBy: [...by].sort(compareText) }
    })
    .sort((a, b) => compareText(a.reference, b.reference))
}

async function ageFiles(world: World) {
  const files = await world.workFiles()
  const entries = files.entries.filter((e) => e.path.startsWith(`${secretsFolder}/`) && e.path.endsWith('.age'))
  const bytes = await files.read(entries)
  return entries.flatMap(({ path }) => {
    const found = bytes.get(path)
    const reference = `age/${path.slice(secretsFolder.length + 1, -'.age'.length)}`
    return found === undefined ? [] : [{ path, reference, bytes: found }]
  })
}

/**
 * Encrypts every value anew for the recipients that plumbline.yaml names now. Somebody who is no recipient any more still
 * has the values that they could read: those have to be changed as well.
 */
export async function rekeySecrets(world: World): Promise<{ readonly files: readonly string[] } | Refused> {
  const files = await ageFiles(world)
  const { recipients = [] } = (await readWorkConfig(world)).secrets ?? {}
  const answers = await (await world.secrets()).resolve(
    files.map(({ reference, bytes }) => ({ reference, sealed: { form: 'age', bytes } })),
  )
  const written = new Map<string, string>()
  for (const { path, reference } of files) {
    const answer = answers.get(reference) ?? { problem: 'nobody knows it' }
    if ('problem' in answer)
      return refuse('secret-unresolved', `the secret ${reference} can't be read here: ${answer.problem}`)
    const sealed = await seal(world, answer.value, recipients)
    if ('refused' in sealed) return sealed
    written.set(path, sealed.armoured)
  }
  // All or none: half of the files for others than the rest would be found out when something is applied.
  await world.folder.replace(written)
  return { files: [...written.keys()] }
}

/** Makes this machine a key of its own. */
export async function makeIdentity(world: World): Promise<NewIdentity | Refused> {
  const made = await (await world.secrets()).makeIdentity()
  return 'problem' in made ? refuse('secret-key-exists', made.problem) : made
}
