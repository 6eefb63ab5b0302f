import { createDecipheriv } from 'node:crypto'
import type { Sealed } from '../../model/secret-ref.ts'
import { openAge } from './age.ts'

type SopsValue = Extract<Sealed, { form: 'sops' }>

/**
 * One value of a SOPS file. Its place in the file is bound to it by the cipher (AES-256-GCM), so that it can't be moved to
 * another key. Undefined where no identity opens a data key, or the value was tampered with.
 */
export async function openSops(sealed: SopsValue, identities: readonly string[]): Promise<string | undefined> {
  const parts = /^ENC\[AES256_GCM,data:([^,]*),iv:([^,]+),tag:([^,]+),type:(str|int|float|bool|bytes)\]$/.exec(
    sealed.value,
  )
  if (parts === null) return undefined
  const [, data = '', iv = '', tag = ''] = parts
  for (const dataKey of sealed.dataKeys) {
    const key = await openAge(new TextEncoder().encode(dataKey), identities)
    if (key?.length !== 32) continue
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64'), { authTagLength: 16 })
      decipher.setAAD(Buffer.from(`${sealed.path.join(':')}:`))
      decipher.setAuthTag(Buffer.from(tag, 'base64'))
      return Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()]).toString('utf8')
    } catch {
      // The next key, if any.
    }
  }
  return undefined
}
