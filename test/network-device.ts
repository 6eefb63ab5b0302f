import ssh2, { type AuthContext, type Connection, Server, type ServerChannel } from 'ssh2'
import { generateKeyPair } from '../engine/adapters/signing/key-pair.ts'

/** How a device that stands in for a switch or router behaves. */
export interface DeviceManners {
  /** What it shows for `show running-config`. */
  configuration: string
  readonly name?: string
  readonly user?: string
  /** Logs in by this password; by the key of the device's own pair where not given. */
  readonly password?: string
  /** Takes the password only as the answer to a question. */
  readonly asksForPassword?: boolean
  /** Password of `enable`; without one the login sees everything. */
  readonly enable?: string
  /** Lines of a page; nothing is paged where not given, or after `terminal length 0`. */
  readonly page?: number
  /** What it does with a page's prompt once it goes on: wipes it as IOS does, or leaves it standing in a line. */
  readonly pager?: 'wiped' | 'left'
  /** Characters in a packet; all at once where not given. */
  readonly packet?: number
  readonly greeting?: string
  /** What it does instead of showing its configuration. */
  readonly trouble?: 'endless' | 'endless-line' | 'hangs' | 'hangs-up' | 'half' | 'no-prompt' | 'no-shell'
}

export interface TestDevice {
  readonly port: number
  readonly hostKey: string
  readonly userKey: string
  /** Everything that was typed, by lines. */
  readonly typed: readonly string[]
  readonly manners: DeviceManners
  stop(): Promise<void>
}

/** Starts a device: an SSH server in this process whose shell behaves as those of switches do. */
export async function startDevice(manners: DeviceManners): Promise<TestDevice> {
  const host = generateKeyPair()
  const user = generateKeyPair()
  const typed: string[] = []
  const open = new Set<Connection>()
  const server = new Server({ hostKeys: [host.privateKey] }, (connection) => {
    open.add(connection)
    connection.on('close', () => open.delete(connection))
    connection.on('error', () => {})
    connection.on('authentication', (context) => authenticate(context, manners, user.publicKey))
    connection.on('session', (accept) => {
      const session = accept()
      session.on('pty', (take) => take?.())
      session.on('shell', (take, reject) =>
        manners.trouble === 'no-shell' ? reject?.() : shell(take(), manners, typed, connection),
      )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  return {
    port: bound && typeof bound === 'object' ? bound.port : 0,
    hostKey: host.publicKey,
    userKey: user.privateKey,
    typed,
    manners,
    stop: () =>
      new Promise((resolve) => {
        for (const connection of open) connection.end()
        server.close(() => resolve())
      }),
  }
}

function authenticate(context: AuthContext, manners: DeviceManners, userKey: string): void {
  const { user = 'plumbline', password, asksForPassword = false } = manners
  const method = password === undefined ? 'publickey' : asksForPassword ? 'keyboard-interactive' : 'password'
  const settle = (accepted: boolean): void => {
    if (accepted) context.accept()
    else context.reject([method])
  }
  if (context.username !== user || context.method !== method) settle(false)
  else if (context.method === 'password') settle(context.password === password)
  else if (context.method === 'keyboard-interactive')
    context.prompt([{ prompt: 'Password: ', echo: false }], ([answer]) => settle(answer === password))
  else settle(isKey(context, userKey))
}

function isKey(context: AuthContext, publicKey: string): boolean {
  const allowed = ssh2.utils.parseKey(publicKey)
  if (context.method !== 'publickey' || allowed instanceof Error) return false
  if (!allowed.getPublicSSH().equals(context.key.data)) return false
  return context.signature === undefined || allowed.verify(context.blob ?? Buffer.alloc(0), context.signature)
}

/** One login: reads keys as they come, and says what such a device says. */
function shell(channel: ServerChannel, manners: DeviceManners, typed: string[], connection: Connection): void {
  const name = manners.name ?? 'sw1'
  let privileged = manners.enable === undefined
  let paging = manners.page !== undefined
  let asksPassword = false
  /** Pages that are still to come. */
  let pages: string[] | undefined
  let line = ''
  const say = (text: string): void => {
    const size = manners.packet ?? text.length
    for (let at = 0; at < text.length; at += size) channel.write(text.slice(at, at + size))
  }
  const prompt = (): void => {
    if (manners.trouble !== 'no-prompt') say(`${name}${privileged ? '#' : '>'}`)
  }
  channel.on('error', () => {})
  say(`${manners.greeting ?? ''}\r\n`)
  prompt()
  channel.on('data', (keys: Buffer) => {
    for (const key of keys.toString('utf8')) take(key)
  })

  function take(key: string): void {
    if (pages !== undefined) {
      if (key === ' ') turnPage()
      return
    }
    if (key !== '\n' && key !== '\r') {
      line += key
      if (!asksPassword) say(key)
      return
    }
    const said = line
    line = ''
    typed.push(said)
    say('\r\n')
    answer(said)
  }

  function answer(said: string): void {
    if (asksPassword) {
      asksPassword = false
      privileged = said === manners.enable
      if (!privileged) say('% Access denied\r\n')
      prompt()
    } else if (said === 'enable') {
      asksPassword = true
      say('Password: ')
    } else if (said === 'show running-config' && privileged) show()
    else {
      if (said === 'terminal length 0') paging = false
      else if (said !== '') say("% Invalid input detected at '^' marker.\r\n")
      prompt()
    }
  }

  function show(): void {
    const { trouble, configuration, page } = manners
    const all = configuration.replaceAll('\n', '\r\n')
    const lines = (trouble === 'half' ? all.slice(0, all.length / 2) : all).split('\r\n')
    const size = paging ? (page ?? lines.length) : lines.length
    pages = []
    for (let at = 0; at < lines.length; at += size) pages.push(`${lines.slice(at, at + size).join('\r\n')}\r\n`)
    if (trouble === 'hangs-up') connection.end()
    else if (trouble === 'endless') flood('and on\r\n')
    else if (trouble === 'endless-line') flood('and on ')
    else if (trouble !== 'hangs') turnPage()
  }

  function turnPage(): void {
    const [next, ...rest] = pages ?? []
    const wipe = manners.pager === 'left' ? '\r\n' : `${'\b'.repeat(9)}${' '.repeat(9)}${'\b'.repeat(9)}`
    const first = line === ''
    say(`${first ? '' : wipe}${next ?? ''}`)
    if (rest.length > 0) {
      pages = rest
      line = ' '
      say(' --More-- ')
    } else {
      pages = undefined
      line = ''
      prompt()
    }
  }

  function flood(text: string): void {
    const piece = text.repeat(4096)
    const more = (): void => {
      if (channel.writable && channel.write(piece)) setImmediate(more)
      else channel.once('drain', more)
    }
    more()
  }
}
