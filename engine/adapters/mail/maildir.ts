import { readdir, readFile, rename, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { IncomingMail, Mailbox } from '../../ports/mailbox.ts'

/** So many are looked at in one go. */
const most = 1_000

/**
 * A Maildir (https://cr.yp.to/proto/maildir.html): what lies in `new` is moved to `cur` once it was looked after. Nothing else of
 * it is touched.
 */
export function maildir(folder: string): Mailbox {
  return {
    async waiting() {
      const names = (await readdir(join(folder, 'new'))).filter((name) => !name.startsWith('.')).sort(bySequence)
      const mails: IncomingMail[] = []
      for (const name of names.slice(0, most)) {
        const mail = await mailAt(join(folder, 'new', name), async (path) => {
          await rename(path, join(folder, 'cur', `${name.replace(/:2,.*$/, '')}:2,S`))
        })
        if (mail !== undefined) mails.push(mail)
      }
      return mails
    },
  }
}

/** One mail in a file of its own, which stays where it is. */
export function mailFile(path: string): Mailbox {
  return {
    async waiting() {
      const mail = await mailAt(path, async () => undefined)
      return mail === undefined ? [] : [mail]
    },
  }
}

/** A Maildir where it looks like one, else a file. */
export async function mailboxAt(path: string): Promise<Mailbox> {
  return (await stat(path)).isDirectory() ? maildir(path) : mailFile(path)
}

async function mailAt(path: string, moved: (path: string) => Promise<void>): Promise<IncomingMail | undefined> {
  const found = await stat(path)
  if (!found.isFile()) return undefined
  return {
    name: join(basename(dirname(path)), basename(path)),
    size: found.size,
    read: () => readFile(path),
    done: () => moved(path),
  }
}

/** Names begin with the second in which they came. */
const bySequence = (a: string, b: string): number => Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1)
