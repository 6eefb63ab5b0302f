import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ssh2, { type AuthContext } from 'ssh2'

/** Whether the account files of the folder let this key in: as sshd would decide, for what the engine writes. */
export function accepts(context: AuthContext, folder: string): boolean {
  if (context.method !== 'publickey') return false
  const account = lineOf(join(folder, 'etc/passwd'), context.username)
  const shadow = lineOf(join(folder, 'etc/shadow'), context.username)
  const home = account?.[5]
  if (home === undefined || isClosed(shadow?.[7])) return false
  const wanted = context.key.data.toString('base64')
  const line = read(join(folder, home, '.ssh/authorized_keys'))
    .split('\n')
    .find((l) => l.split(/\s+/).includes(wanted))
  if (line === undefined || line.startsWith('#') || hasEnded(line)) return false
  const key = ssh2.utils.parseKey(`${context.key.algo.replace(/^rsa-sha2-\d+$/, 'ssh-rsa')} ${wanted}`)
  if (key instanceof Error) return false
  if (context.signature === undefined || context.blob === undefined) return true // It asks whether to sign at all.
  return key.verify(context.blob, context.signature, context.hashAlgo) === true
}

function lineOf(file: string, name: string): string[] | undefined {
  return read(file)
    .split('\n')
    .map((line) => line.split(':'))
    .find(([first]) => first === name)
}

const isClosed = (day: string | undefined): boolean =>
  day !== undefined && day !== '' && Number(day) * 86_400_000 <= Date.now()

function hasEnded(line: string): boolean {
  const parts = /expiry-time="(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z"/.exec(line)
  if (parts === null) return false
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number)
  return Date.UTC(year, month - 1, day, hour, minute, second) <= Date.now()
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
