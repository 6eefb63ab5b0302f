/**
 * Regular expressions of users, answered in time that grows with text × pattern, whatever they are: the pattern becomes a
 * set of states that all move at once over the text, so nothing is ever tried twice. Look-around and back-references can't
 * be done that way and are refused. Only whether a text matches is said, so greedy and lazy mean the same.
 */
export interface LinearPattern {
  /** False also where the text is so long that an answer would take over a second. */
  test(text: string): boolean
}

export type PatternResult = { readonly pattern: LinearPattern } | { readonly refused: string }

type Matcher = (character: string) => boolean
type Assertion = 'start' | 'end' | 'boundary' | 'inside'
type Node =
  | { readonly type: 'one'; readonly matches: Matcher }
  | { readonly type: 'assert'; readonly what: Assertion }
  | { readonly type: 'all'; readonly nodes: readonly Node[] }
  | { readonly type: 'any'; readonly nodes: readonly Node[] }
  | { readonly type: 'repeat'; readonly node: Node; readonly min: number; readonly max: number }

type State =
  | { readonly op: 'one'; readonly matches: Matcher; next: number }
  | { readonly op: 'assert'; readonly what: Assertion; next: number }
  | { readonly op: 'fork'; targets: readonly number[] }
  | { readonly op: 'done' }

const maxStates = 5_000
const maxSteps = 30_000_000

/** Compiles a pattern in JavaScript's syntax with the `u` flag. */
export function linearPattern(source: string): PatternResult {
  try {
    new RegExp(source, 'u')
  } catch (error) {
    return { refused: error instanceof Error ? error.message : 'not a regular expression' }
  }
  const reader = new PatternReader(source)
  const node = reader.alternatives()
  if (reader.refused !== undefined) return { refused: reader.refused }
  const states: State[] = []
  if (!emit(node, states)) return { refused: `it repeats so much that it needs over ${maxStates} states` }
  states.push({ op: 'done' })
  return { pattern: { test: (text) => run(states, text) } }
}

/** Reads a pattern that is known to be well formed. */
class PatternReader {
  refused: string | undefined
  private readonly source: string
  private at = 0

  constructor(source: string) {
    this.source = source
  }

  alternatives(): Node {
    const nodes = [this.sequence()]
    while (this.source[this.at] === '|') {
      this.at++
      nodes.push(this.sequence())
    }
    return { type: 'any', nodes }
  }

  private sequence(): Node {
    const nodes: Node[] = []
    while (this.at < this.source.length && this.source[this.at] !== '|' && this.source[this.at] !== ')') {
      nodes.push(this.quantified(this.atom()))
    }
    return { type: 'all', nodes }
  }

  private quantified(node: Node): Node {
    const found = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(this.source.slice(this.at, this.at + 40))
    if (found === null) return node
    this.at += found[0].length
    const [, sign, least, comma, most] = found
    const min = sign === '+' ? 1 : Number(least ?? 0)
    const bounded = comma === '' ? min : most === '' ? Number.POSITIVE_INFINITY : Number(most)
    return {
      type: 'repeat',
      node,
      min,
      max: sign === undefined ? bounded : sign === '?' ? 1 : Number.POSITIVE_INFINITY,
    }
  }

  private atom(): Node {
    const rest = this.source.slice(this.at)
    if (rest.startsWith('(')) return this.group(rest)
    if (rest.startsWith('^')) return this.assertion('start', 1)
    if (rest.startsWith('$')) return this.assertion('end', 1)
    if (rest.startsWith('\\b')) return this.assertion('boundary', 2)
    if (rest.startsWith('\\B')) return this.assertion('inside', 2)
    if (/^\\(?:[1-9]|k<)/.test(rest)) return this.backReference()
    const piece =
      /^\[(?:\\.|[^\]\\])*\]/su.exec(rest)?.[0] ??
      /^\\(?:u\{[0-9a-fA-F]+\}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|[pP]\{[^}]*\}|.)/su.exec(
        rest,
      )?.[0] ??
      String.fromCodePoint(rest.codePointAt(0) ?? 0)
    this.at += piece.length
    return { type: 'one', matches: matcherOf(piece) }
  }

  private assertion(what: Assertion, length: number): Node {
    this.at += length
    return { type: 'assert', what }
  }

  private backReference(): Node {
    this.refused ??= 'back-references are not allowed'
    this.at = this.source.length
    return { type: 'all', nodes: [] }
  }

  private group(rest: string): Node {
    if (/^\(\?<?[=!]/.test(rest)) this.refused ??= 'look-around is not allowed'
    this.at += /^\((?:\?<?[=!]|\?:|\?<[^>]*>)?/.exec(rest)?.[0].length ?? 1
    const node = this.alternatives()
    this.at++
    return node
  }
}

/** A class, an escape, a dot: judged by the language's own engine, one character at a time. */
function matcherOf(piece: string): Matcher {
  if (!/^[[\\.]/.test(piece)) return (character) => character === piece
  const native = new RegExp(`^${piece}$`, 'u')
  const ascii = Array.from({ length: 128 }, (_, code) => native.test(String.fromCharCode(code)))
  return (character) => ascii[character.length === 1 ? character.charCodeAt(0) : 128] ?? native.test(character)
}

/** Appends the states of a node; false where there would be too many. */
function emit(node: Node, states: State[]): boolean {
  if (states.length > maxStates) return false
  const next = states.length + 1
  if (node.type === 'one') return states.push({ op: 'one', matches: node.matches, next }) > 0
  if (node.type === 'assert') return states.push({ op: 'assert', what: node.what, next }) > 0
  if (node.type === 'all') return node.nodes.every((part) => emit(part, states))
  if (node.type === 'any') return emitAny(node.nodes, states)
  return emitRepeat(node, states)
}

function emitAny(nodes: readonly Node[], states: State[]): boolean {
  const [only] = nodes
  if (nodes.length === 1 && only !== undefined) return emit(only, states)
  const fork: { op: 'fork'; targets: number[] } = { op: 'fork', targets: [] }
  states.push(fork)
  const exits: { op: 'fork'; targets: readonly number[] }[] = []
  for (const node of nodes) {
    fork.targets.push(states.length)
    if (!emit(node, states)) return false
    const exit: State = { op: 'fork', targets: [] }
    states.push(exit)
    exits.push(exit)
  }
  for (const exit of exits) exit.targets = [states.length]
  return true
}

function emitRepeat(repeat: { node: Node; min: number; max: number }, states: State[]): boolean {
  const { node, min, max } = repeat
  for (let i = 0; i < min; i++) if (!emit(node, states)) return false
  if (max === Number.POSITIVE_INFINITY) {
    const start = states.length
    const fork: State = { op: 'fork', targets: [] }
    states.push(fork)
    if (!emit(node, states)) return false
    states.push({ op: 'fork', targets: [start] })
    fork.targets = [start + 1, states.length]
    return states.length <= maxStates
  }
  const forks: { op: 'fork'; targets: readonly number[]; start: number }[] = []
  for (let i = min; i < max; i++) {
    const fork = { op: 'fork' as const, targets: [] as readonly number[], start: states.length + 1 }
    states.push(fork)
    forks.push(fork)
    if (!emit(node, states)) return false
  }
  for (const fork of forks) fork.targets = [fork.start, states.length]
  return states.length <= maxStates
}

function run(states: readonly State[], text: string): boolean {
  if (text.length * states.length > maxSteps) return false
  const seen = new Int32Array(states.length).fill(-1)
  const isWord = (character: string | undefined): boolean => character !== undefined && /^\w$/.test(character)
  const characters = [...text]
  let current: number[] = []
  for (let position = 0; position <= characters.length; position++) {
    const before = characters[position - 1]
    const character = characters[position]
    const holds = (what: Assertion): boolean => {
      if (what === 'start') return before === undefined
      if (what === 'end') return character === undefined
      return (isWord(before) !== isWord(character)) === (what === 'boundary')
    }
    const pending = [...current, 0]
    const consuming: number[] = []
    for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
      if (seen[index] === position) continue
      seen[index] = position
      const state = states[index]
      if (state === undefined) continue
      if (state.op === 'done') return true
      if (state.op === 'one') consuming.push(index)
      else if (state.op === 'fork') pending.push(...state.targets)
      else if (holds(state.what)) pending.push(state.next)
    }
    if (character === undefined) return false
    current = []
    for (const index of consuming) {
      const state = states[index]
      if (state?.op === 'one' && state.matches(character)) current.push(state.next)
    }
  }
  return false
}
