import { type AddHelpTextContext, type AddHelpTextPosition, Command } from 'commander'
import { wrap } from './views/wrap.ts'

/** A command whose longer help is set for the width at hand; no command below it needs one for help. */
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
