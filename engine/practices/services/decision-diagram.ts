/**
 * Boolean functions as reduced ordered binary decision diagrams: equal functions are equal numbers, and a probability is one walk.
 * After R. E. Bryant, Graph-Based Algorithms for Boolean Function Manipulation, IEEE Transactions on Computers C-35 (1986).
 * Variables are numbers from 0; lower ones are asked first.
 */
export class DecisionDiagram {
  /** Nodes by number: 0 is false, 1 is true. */
  readonly #nodes: { readonly variable: number; readonly low: number; readonly high: number }[] = [
    { variable: Number.POSITIVE_INFINITY, low: 0, high: 0 },
    { variable: Number.POSITIVE_INFINITY, low: 1, high: 1 },
  ]
  readonly #known = new Map<string, number>()
  readonly #chosen = new Map<string, number>()
  readonly #most: number

  /** @param most nodes; beyond them `TooComplex` is thrown */
  constructor(most = 500_000) {
    this.#most = most
  }

  variable(variable: number): number {
    return this.#node(variable, 0, 1)
  }

  and(a: number, b: number): number {
    return this.choose(a, b, 0)
  }

  /** If `test` then `yes`, else `no`. */
  choose(test: number, yes: number, no: number): number {
    if (test === 1 || yes === no) return yes
    if (test === 0) return no
    if (yes === 1 && no === 0) return test
    const key = `${test} ${yes} ${no}`
    const known = this.#chosen.get(key)
    if (known !== undefined) return known
    const variable = Math.min(this.#at(test).variable, this.#at(yes).variable, this.#at(no).variable)
    const part = (side: 'low' | 'high'): number =>
      this.choose(
        this.#branch(test, variable, side),
        this.#branch(yes, variable, side),
        this.#branch(no, variable, side),
      )
    const made = this.#node(variable, part('low'), part('high'))
    this.#chosen.set(key, made)
    return made
  }

  /** True where at least so many of the functions are. */
  atLeast(need: number, functions: readonly number[]): number {
    // row[k]: at least k of those from here on.
    let row: readonly number[] = Array.from({ length: need + 1 }, (_, k) => (k === 0 ? 1 : 0))
    for (const f of [...functions].reverse())
      row = row.map((same, k) => (k === 0 ? 1 : this.choose(f, row[k - 1] ?? 0, same)))
    return row[need] ?? 0
  }

  /** The function where a variable is false for sure. */
  without(f: number, variable: number): number {
    const { variable: asked, low, high } = this.#at(f)
    if (asked > variable) return f
    if (asked === variable) return low
    const key = `without ${f} ${variable}`
    const known = this.#chosen.get(key)
    if (known !== undefined) return known
    const made = this.#node(asked, this.without(low, variable), this.without(high, variable))
    this.#chosen.set(key, made)
    return made
  }

  /** How likely the function is true, where variables are independent of each other. */
  probability(f: number, of: (variable: number) => number): number {
    const found = new Map<number, number>([
      [0, 0],
      [1, 1],
    ])
    const visit = (node: number): number => {
      const known = found.get(node)
      if (known !== undefined) return known
      const { variable, low, high } = this.#at(node)
      const p = of(variable)
      const likely = p * visit(high) + (1 - p) * visit(low)
      found.set(node, likely)
      return likely
    }
    return visit(f)
  }

  #branch(f: number, variable: number, side: 'low' | 'high'): number {
    const node = this.#at(f)
    return node.variable === variable ? node[side] : f
  }

  #node(variable: number, low: number, high: number): number {
    if (low === high) return low
    const key = `${variable} ${low} ${high}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    if (this.#nodes.length >= this.#most) throw new TooComplex()
    const made = this.#nodes.push({ variable, low, high }) - 1
    this.#known.set(key, made)
    return made
  }

  #at(node: number) {
    const found = this.#nodes[node]
    if (found === undefined) throw new Error(`there is no node ${node}`)
    return found
  }
}

/** A function has more nodes than anybody wants to wait for. */
export class TooComplex extends Error {}
