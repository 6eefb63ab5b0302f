/** What one line of a terminal may hold before nobody would call it a line. */
const longest = 16_384

const longestPrompt = 256

/**
 * The text that a terminal would show: what is written over, backspaced or coloured by a device comes out as a person would
 * read it. Bounded in what it takes in, whatever a device sends.
 */
export class TerminalText {
  readonly #cap: number
  #taken = 0
  #lines: string[] = []
  /** The line that is not ended yet, by its characters. */
  #line: string[] = []
  #column = 0
  #state: 'text' | 'escape' | 'control' | 'string' = 'text'
  #parameters = ''
  #tooMuch = false

  /** @param cap characters taken in before it is too much */
  constructor(cap: number) {
    this.#cap = cap
  }

  /** True once there was more than is read of one device; what came after is thrown away. */
  get tooMuch(): boolean {
    return this.#tooMuch
  }

  /** Lines that are ended. */
  get lines(): readonly string[] {
    return this.#lines
  }

  /** What stands in the line that is not ended. */
  get open(): string {
    return this.#line.join('').trimEnd()
  }

  /** The same where it may be a line that waits for an answer; empty where it is too long for that. */
  get waiting(): string {
    return this.#line.length > longestPrompt ? '' : this.open
  }

  /** Forgets what was shown. */
  clear(): void {
    this.#lines = []
    this.dropOpen()
  }

  /** Forgets the line that is not ended, such as the pager's. */
  dropOpen(): void {
    this.#line = []
    this.#column = 0
  }

  add(text: string): void {
    this.#taken += text.length
    if (this.#taken > this.#cap) this.#tooMuch = true
    if (!this.#tooMuch) for (const character of text) this.#take(character)
  }

  #take(character: string): void {
    if (this.#state !== 'text') this.#escaped(character)
    else if (character === '\n') this.#end()
    else if (character === '\r') this.#column = 0
    else if (character === '\b') this.#column = Math.max(0, this.#column - 1)
    else if (character === '\u001b') this.#state = 'escape'
    else if (character !== '\0' && character !== '\u0007') this.#put(character)
  }

  #put(character: string): void {
    if (this.#column >= longest) {
      this.#tooMuch = true
      return
    }
    this.#line[this.#column] = character
    this.#column += 1
  }

  #end(): void {
    this.#lines.push(this.open)
    this.dropOpen()
  }

  /** Sequences of ECMA-48: only what erases a line means something here. */
  #escaped(character: string): void {
    if (this.#state === 'escape') {
      this.#parameters = ''
      this.#state = character === '[' ? 'control' : ']P^_X'.includes(character) ? 'string' : 'text'
      return
    }
    if (this.#state === 'string') {
      if (character === '\u0007') this.#state = 'text'
      else if (character === '\u001b') this.#state = 'escape'
      return
    }
    if (character >= '@' && character <= '~') {
      this.#state = 'text'
      if (character === 'K') this.#erase(this.#parameters)
    } else if (this.#parameters.length < 16) this.#parameters += character
  }

  #erase(parameters: string): void {
    if (parameters === '' || parameters === '0') this.#line.length = Math.min(this.#line.length, this.#column)
    else if (parameters === '2') this.#line.fill(' ')
    else if (parameters === '1') this.#line.fill(' ', 0, this.#column + 1)
  }
}
