import { type AddHelpTextContext, type AddHelpTextPosition, Command, type ErrorOptions } from 'commander'
import { wrap } from './views/wrap.ts'

/** A command whose longer help is set for the width at hand, and that names its help where it was called wrongly; no command below it needs one for help. */
export class HelpfulCommand extends Command {
  readonly #width: number
  constructor(name: string | undefined, width: number) {
    super(name)
    this.#width = width
    this.helpCommand(false)
  }

  override createCommand(name?: string): Command {
    return new HelpfulCommand(name, this.#width)
  }

  override error(message: string, options?: ErrorOptions): never {
    this.showHelpAfterError(`see ${this.#calledAs()} --help`)
    return super.error(message, options)
  }

  /** The words that call it: `plumbline release cut`. */
  #calledAs(): string {
    const words: string[] = []
    for (let at: Command | null = this; at !== null; at = at.parent) words.unshift(at.name())
    return words.join(' ')
  }

  override addHelpText(position: AddHelpTextPosition, text: string | ((context: AddHelpTextContext) => string)): this {
    if (typeof text !== 'string') return super.addHelpText(position, text)
    return super.addHelpText(position, reflow(text, this.#width))
  }
}

/** Sets prose anew in lines of at most `width` characters; what is indented (examples to copy) and empty lines stay as they are. */
export function reflow(text: string, width: number): string {
  const parts: string[] = []
  let prose: string[] = []
  const settle = (): void => {
    if (prose.length > 0) parts.push(...wrap(prose.join(' '), width))
    prose = []
  }
  for (const line of text.split('\n')) {
    if (line !== '' && !line.startsWith(' ')) prose.push(line)
    else {
      settle()
      parts.push(line)
    }
  }
  settle()
  return parts.join('\n')
}
