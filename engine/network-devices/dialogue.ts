import { escapeControls } from '../model/escape.ts'
import type { DeviceTerminal } from '../ports/device-terminal.ts'
import type { DeviceFailure } from './codes.ts'
import type { Platform } from './platform.ts'
import { TerminalText } from './terminal-text.ts'

/** Characters read of one device. */
const outputCap = 4 * 1024 * 1024

/** How often a line that looks like a prompt is tried: greetings may look like one. */
const mostTries = 5

/**
 * Logs on, turns paging off, and has the device show its configuration, as the platform says. The answer is what the device
 * printed, without the echo of the command.
 *
 * @param enablePassword told to the device only where it asks for it after the enable command
 */
export async function runningConfiguration(
  terminal: DeviceTerminal,
  platform: Platform,
  enablePassword?: string,
): Promise<{ readonly text: string } | DeviceFailure> {
  const dialogue = new Dialogue(terminal, platform)
  try {
    await dialogue.findPrompt()
    const { enable, prepare = [], show } = platform.spec
    if (enable !== undefined) await dialogue.enable(enable.command, enablePassword)
    for (const command of prepare) refuseAny(command, await dialogue.ask(command), platform)
    const lines = await dialogue.ask(show)
    // Later lines may be those of a banner.
    refuseAny(show, lines.filter((line) => line.trim() !== '').slice(0, 1), platform)
    const last = lines.filter((line) => line.trim() !== '').at(-1)
    if (last === undefined) throw new Failed('device-config-unreadable', `it printed nothing for ${show}`)
    if (platform.isLastLine?.(last.trim()) === false)
      throw new Failed(
        'device-config-unreadable',
        `it ended with ${quote(last)}, and ${platform.spec.lastLine} was to come`,
      )
    return { text: `${lines.join('\n')}\n` }
  } catch (error) {
    if (error instanceof Failed) return { failed: error.failed, detail: error.message }
    throw error
  }
}

function refuseAny(command: string, lines: readonly string[], platform: Platform): void {
  const refusal = lines.find((line) => platform.isRefusal(line.trim()))
  if (refusal !== undefined) throw new Failed('device-command-refused', `to ${command} it says ${quote(refusal)}`)
}

/** Ends a dialogue; never leaves this file. */
class Failed extends Error {
  readonly failed: DeviceFailure['failed']
  constructor(failed: DeviceFailure['failed'], message: string) {
    super(message)
    this.failed = failed
  }
}

const quote = (line: string): string => JSON.stringify(escapeControls(line.trim().slice(0, 120)))

class Dialogue {
  readonly #terminal: DeviceTerminal
  readonly #platform: Platform
  readonly #screen = new TerminalText(outputCap)
  readonly #decoder = new TextDecoder()
  #prompt = ''

  constructor(terminal: DeviceTerminal, platform: Platform) {
    this.#terminal = terminal
    this.#platform = platform
  }

  /**
   * Finds out what the prompt is, letter by letter: a line that looks like one is answered with an empty line, and it is the
   * prompt where the same comes again. From then on only this very line is taken for it.
   */
  async findPrompt(): Promise<void> {
    await this.#findPromptOr(() => false)
  }

  async enable(command: string, password: string | undefined): Promise<void> {
    const asks = () => this.#platform.isPasswordPrompt(this.#screen.waiting)
    this.#say(command)
    if (!(await this.#findPromptOr(asks))) return
    if (password === undefined)
      throw new Failed(
        'device-secret-missing',
        `it asks for a password after ${command}, and ssh.enablePassword names none`,
      )
    this.#say(password)
    const asksAgain = await this.#findPromptOr(asks)
    if (asksAgain || this.#screen.lines.some((line) => this.#platform.isRefusal(line.trim())))
      throw new Failed('device-login-refused', `it does not take the password after ${command}`)
  }

  /** What the device prints for a command, by lines. */
  async ask(command: string): Promise<readonly string[]> {
    this.#say(command)
    let nudged = false
    for (;;) {
      await this.#hear()
      if (this.#screen.waiting !== this.#prompt) continue
      const lines = this.#screen.lines
      const before = lines.findLastIndex((line) => line !== '')
      // A line of the configuration may begin like the prompt, and have come so far: the prompt alone answers an empty line.
      if (nudged && lines[before] === this.#prompt) return withoutEcho(lines.slice(0, before), command)
      if (!nudged) this.#terminal.write('\n')
      nudged = true
    }
  }

  /** True where the other line came first. */
  async #findPromptOr(isOther: () => boolean): Promise<boolean> {
    let tried: string | undefined
    for (let tries = 0; ; ) {
      await this.#hear()
      const { waiting: open, lines } = this.#screen
      if (open === '') continue
      if (isOther()) return true
      if (!this.#platform.isPrompt(open)) continue
      if (tried !== undefined && lines.findLast((line) => line !== '') === open) {
        this.#prompt = open
        return false
      }
      if (open === tried || tries === mostTries) continue
      tried = open
      tries += 1
      this.#terminal.write('\n')
    }
  }

  #say(line: string): void {
    this.#screen.clear()
    this.#terminal.write(`${line}\n`)
  }

  /** Takes in what comes next, and goes on where the device waits in the middle of its output. */
  async #hear(): Promise<void> {
    const said = await this.#terminal.read()
    if (said === 'closed') throw new Failed('device-cut-off', `the last that it said was ${quote(this.#last())}`)
    if (said === 'deadline') throw new Failed('device-deadline', `it waits in the line ${quote(this.#last())}`)
    this.#screen.add(this.#decoder.decode(said, { stream: true }))
    if (this.#screen.tooMuch)
      throw new Failed('device-output-cap', `it began with ${quote(this.#screen.lines[0] ?? '')}`)
    const open = this.#screen.waiting
    const pager = open === '' ? undefined : this.#platform.pagers.find(({ waits }) => waits(open))
    if (pager === undefined) return
    this.#screen.dropOpen()
    this.#terminal.write(pager.key)
  }

  #last(): string {
    return this.#screen.open === '' ? (this.#screen.lines.findLast((line) => line !== '') ?? '') : this.#screen.open
  }
}

function withoutEcho(lines: readonly string[], command: string): readonly string[] {
  const first = lines.findIndex((line) => line !== '')
  return lines[first]?.endsWith(command) === true ? lines.slice(first + 1) : lines
}
