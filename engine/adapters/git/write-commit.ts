import type { NewCommit, Person } from '../../ports/repository.ts'
import type { ObjectFormat } from './object-writer.ts'

/** The bytes of a commit object, signed where a signer is given. */
export async function commitBytes(
  commit: NewCommit & { readonly committer: Person },
  format: ObjectFormat,
): Promise<Buffer> {
  const headers = [
    `tree ${commit.tree}\n`,
    ...commit.parents.map((parent) => `parent ${parent}\n`),
    `author ${personLine(commit.author)}\n`,
    `committer ${personLine(commit.committer)}\n`,
  ].join('')
  const message = `\n${commit.message.replaceAll('\0', '').trimEnd()}\n`
  const unsigned = Buffer.from(headers + message)
  if (commit.signer === undefined) return unsigned
  const signature = (await commit.signer.sign(unsigned, 'git')).trimEnd().replaceAll('\n', '\n ')
  const name = format === 'sha256' ? 'gpgsig-sha256' : 'gpgsig'
  return Buffer.from(`${headers}${name} ${signature}\n${message}`)
}

/** `Name <email> seconds +zone`. What would break the line is left out, as git does. */
export function personLine(person: Person): string {
  const clean = (text: string) => text.replace(/[\x00-\x1f<>]/g, '').trim()
  const seconds = Math.floor(Date.parse(person.at) / 1000)
  if (Number.isNaN(seconds)) throw new Error(`the date of a commit is none: ${person.at}`)
  const zone = /([+-]\d{2}):?(\d{2})$/.exec(person.at)
  const offset = zone === null ? '+0000' : `${zone[1]}${zone[2]}`
  return `${clean(person.name) || 'unknown'} <${clean(person.email)}> ${seconds} ${offset}`
}
