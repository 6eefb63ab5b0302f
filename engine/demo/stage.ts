import { stripVTControlCharacters } from 'node:util'
import type { RunProgram } from '../cli/context.ts'
import { Refusal } from '../cli/run-action.ts'
import type { Terminal } from '../cli/terminal.ts'
import { wrap } from '../cli/views/wrap.ts'
import { reporter } from '../model/diagnostic.ts'
import { type OpenedWorld, openWorld } from '../wiring.ts'
import { codes } from './codes.ts'

const report = reporter(codes)
const indent = '    '
/** Prose is set narrower than output: long lines are hard to read. */
const measure = 92

export interface StageOptions {
  readonly terminal: Terminal
  readonly version: string
  readonly runProgram: RunProgram
  /** The folder that commands run in, where they don't name another. */
  readonly dir: string
  /** What commands see as their environment. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What a command line has to give; anything else ends the demo. */
export interface Expected {
  readonly status: number
  readonly says: readonly RegExp[]
  readonly dir?: string
  /** Shows the lines from here on only; an ellipsis stands for what came before. */
  readonly from?: RegExp
  /** What stands behind the command line, for the reader. */
  readonly remark?: string
}

/** Tells the story: headlines, reasons, command lines as a user types them, and what they really print. */
export class Stage {
  readonly #options: StageOptions
  #steps = 0

  constructor(options: StageOptions) {
    this.#options = options
  }

  get steps(): number {
    return this.#steps
  }

  /** Opens a step: a headline, and why it matters. */
  step(title: string, why: string): void {
    const { colors: c } = this.#options.terminal
    this.#steps += 1
    this.#line('')
    this.#line(c.bold(c.cyan(`${String(this.#steps).padStart(2)}  ${title}`)))
    this.say(why)
  }

  /** A sentence or two. */
  say(text: string): void {
    const width = Math.min(this.#options.terminal.width - indent.length, measure)
    for (const line of wrap(text, width)) this.#line(`${indent}${line}`)
  }

  /** The same, between two commands of a step. */
  goOn(text: string): void {
    this.#line('')
    this.say(text)
  }

  /** A command line as a user types it; the story does what it says. */
  typed(command: string, remark?: string): void {
    const { colors: c } = this.#options.terminal
    this.#line('')
    this.#line(`${indent}${c.dim('$')} ${c.bold(command)}${remark === undefined ? '' : c.dim(`   # ${remark}`)}`)
  }

  /** Lines that are no prose. */
  print(text: string): void {
    for (const line of text.trimEnd().split('\n')) this.#line(line === '' ? '' : `${indent}${line}`)
  }

  /** Runs a real command of Plumbline in this process, prints what it prints, and holds it to what is expected. */
  async plumbline(words: string, expected: Expected): Promise<string> {
    this.typed(`plumbline ${words}`, expected.remark)
    const { terminal, runProgram, version, env } = this.#options
    const dir = expected.dir ?? this.#options.dir
    const lines = new LinePrinter((line) => this.print(line), expected.from, terminal.colors.dim('…'))
    const worlds: OpenedWorld[] = []
    const status = await runProgram(words.split(' '), {
      terminal: {
        ...terminal,
        ...{ out: lines.write, err: lines.write },
        ...{ cwd: dir, env, interactive: false, width: terminal.width - indent.length },
      },
      version,
      open: async (options) => {
        const world = await openWorld({ ...options, version, start: dir, env })
        worlds.push(world)
        return world
      },
    })
    for (const world of worlds) await world.close()
    const text = lines.end()
    if (status !== expected.status && expected.from !== undefined) this.print(text)
    this.expect(status === expected.status, `plumbline ${words} ended with ${status}, not ${expected.status}`)
    for (const said of expected.says) this.expect(said.test(text), `plumbline ${words} does not say ${said.source}`)
    return text
  }

  /** Ends the demo where something that was promised is not so. */
  expect(holds: boolean, otherwise: string): void {
    if (!holds) throw new Refusal([report('demo-step-failed', { summary: `step ${this.#steps}: ${otherwise}` })])
  }

  #line(text: string): void {
    this.#options.terminal.out(`${text}\n`)
  }
}

/** Prints whole lines as they come, from the first that is wanted; keeps the text without its colours. */
class LinePrinter {
  readonly #print: (line: string) => void
  readonly #from: RegExp | undefined
  readonly #ellipsis: string
  #shown = false
  #rest = ''
  #text = ''

  constructor(print: (line: string) => void, from: RegExp | undefined, ellipsis: string) {
    this.#print = print
    this.#from = from
    this.#ellipsis = ellipsis
    this.#shown = from === undefined
  }

  readonly write = (text: string): void => {
    this.#text += stripVTControlCharacters(text)
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#take(line)
  }

  end(): string {
    if (this.#rest !== '') this.#take(this.#rest)
    return this.#text
  }

  #take(line: string): void {
    if (!this.#shown && this.#from?.test(stripVTControlCharacters(line)) === true) {
      this.#shown = true
      this.#print(this.#ellipsis)
    }
    if (this.#shown) this.#print(line)
  }
}
