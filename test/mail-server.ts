import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'

/** A mail server that keeps what it gets in Maildirs, one for each mailbox. */
export interface MailServer {
  /** As PLUMBLINE_SMTP_URL has it. */
  readonly url: string
  /** Mails in a mailbox, oldest first, as they came. */
  mailbox(address: string): readonly string[]
  /** Folder of a mailbox. */
  maildir(address: string): string
  /** Answers the next so many mails with a status and a text. */
  refuse(status: number, times: number): void
  close(): Promise<void>
}

export async function openMailServer(
  folder: string,
  login?: { readonly user: string; readonly pass: string },
): Promise<MailServer> {
  let count = 0
  let refused = { status: 0, times: 0 }
  const dirOf = (address: string): string => {
    const dir = join(folder, address.toLowerCase())
    for (const sub of ['tmp', 'new', 'cur']) mkdirSync(join(dir, sub), { recursive: true })
    return dir
  }
  const server = new SMTPServer({
    disabledCommands: login === undefined ? ['AUTH', 'STARTTLS'] : ['STARTTLS'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    onAuth: ({ username, password }, _, done) =>
      username === login?.user && password === login?.pass ? done(null, { user: username }) : done(new Error('no')),
    onData(stream, session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        if (refused.times > 0) {
          refused = { ...refused, times: refused.times - 1 }
          return done(Object.assign(new Error('not now'), { responseCode: refused.status }))
        }
        for (const { address } of session.envelope.rcptTo) {
          const dir = dirOf(address)
          count += 1
          const name = `${1_700_000_000 + count}.${count}.test`
          writeFileSync(join(dir, 'tmp', name), Buffer.concat(parts))
          renameSync(join(dir, 'tmp', name), join(dir, 'new', name))
        }
        done()
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  const at = login === undefined ? '' : `${encodeURIComponent(login.user)}:${encodeURIComponent(login.pass)}@`
  return {
    url: `smtp://${at}127.0.0.1:${port}`,
    maildir: dirOf,
    mailbox: (address) =>
      readdirSync(join(dirOf(address), 'new'))
        .sort()
        .map((name) => readFileSync(join(dirOf(address), 'new', name), 'utf8')),
    refuse: (status, times) => {
      refused = { status, times }
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
