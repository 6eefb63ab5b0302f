/** Documents that select the same hosts together. */
export class Group<T> {
  /** Distinct among those of one `groupHosts`; 0 is the group of no document. */
  readonly id: number
  /** How many hosts it is the whole of. */
  hosts = 0
  /** The group with the item that is being given out, once there is one. */
  next: Group<T> | undefined
  readonly #before: Group<T> | undefined
  readonly #last: T | undefined
  #items: readonly T[] | undefined

  constructor(id: number, before?: Group<T>, last?: T) {
    this.id = id
    this.#before = before
    this.#last = last
  }

  /** In the order in which they were given out. */
  get items(): readonly T[] {
    if (this.#items !== undefined) return this.#items
    const items: T[] = []
    for (let group: Group<T> = this; group.#before !== undefined; group = group.#before) items.push(group.#last as T)
    this.#items = items.reverse()
    return this.#items
  }
}

/**
 * Which items each host gets. Hosts that get the same have the same group, so that what follows from it is made once. The cost is
 * that of the selections, however many items a host has.
 *
 * @param selections the names of the hosts of each item
 */
export function groupHosts<T>(
  items: readonly T[],
  selections: readonly { readonly selected: readonly string[] }[],
): (host: string) => Group<T> {
  const none = new Group<T>(0)
  const groups = new Map<string, Group<T>>()
  let made = 0
  items.forEach((item, i) => {
    const left: Group<T>[] = []
    for (const name of selections[i]?.selected ?? []) {
      const group = groups.get(name) ?? none
      if (group.next === undefined) {
        made += 1
        group.next = new Group(made, group, item)
        left.push(group)
      }
      group.hosts -= 1
      group.next.hosts += 1
      groups.set(name, group.next)
    }
    for (const group of left) group.next = undefined
  })
  return (host) => groups.get(host) ?? none
}
