/** Hosts that the same documents select, and these documents. */
export class HostGroup<T> {
  /** Distinct among those of one `groupHosts`; 0 is the group of no document. */
  readonly id: number
  /** How many hosts there are in it. */
  hosts = 0
  /** The group with the item that is being given out, once there is one. */
  next: HostGroup<T> | undefined
  readonly #before: HostGroup<T> | undefined
  readonly #last: T | undefined
  #items: readonly T[] | undefined

  constructor(id: number, before?: HostGroup<T>, last?: T) {
    this.id = id
    this.#before = before
    this.#last = last
  }

  /** In the order in which they were given out. */
  get items(): readonly T[] {
    if (this.#items !== undefined) return this.#items
    const items: T[] = []
    for (let group: HostGroup<T> = this; group.#before !== undefined; group = group.#before)
      items.push(group.#last as T)
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
): (host: string) => HostGroup<T> {
  const none = new HostGroup<T>(0)
  const groups = new Map<string, HostGroup<T>>()
  let made = 0
  items.forEach((item, i) => {
    const left: HostGroup<T>[] = []
    for (const name of selections[i]?.selected ?? []) {
      const group = groups.get(name) ?? none
      if (group.next === undefined) {
        made += 1
        group.next = new HostGroup(made, group, item)
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
