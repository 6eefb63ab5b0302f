import { armor, Decrypter, Encrypter } from 'age-encryption'

/** A file of age, as it is or in armour, opened with any of the identities; undefined where none of them fits or it is damaged. */
export async function openAge(bytes: Uint8Array, identities: readonly string[]): Promise<Uint8Array | undefined> {
  try {
    const text = new TextDecoder().decode(bytes)
    const file = text.trimStart().startsWith('-----BEGIN AGE') ? armor.decode(text.trim()) : bytes
    const decrypter = new Decrypter()
    for (const identity of identities) decrypter.addIdentity(identity)
    return await decrypter.decrypt(file)
  } catch {
    // What the library says may quote its input.
    return undefined
  }
}

/** Encrypts a text for recipients, armoured; throws for what is no recipient. */
export async function sealAge(text: string, recipients: readonly string[]): Promise<string> {
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  return `${armor.encode(await encrypter.encrypt(text)).trimEnd()}\n`
}
