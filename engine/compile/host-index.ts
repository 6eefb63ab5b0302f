import { nameOf } from '../model/address.ts'
import { compareText } from '../model/diagnostic.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { HostSpec, Selector } from './specs.ts'

/** Finds the hosts that a selector means without looking at every host for every selector. */
export class HostIndex {
  /** Names, sorted. */
  readonly names: readonly string[]
  readonly #labels = new Map<string, Map<string, Names>>()
  readonly #environments = new Map<string, Names>()
  readonly #sites = new Map<string, Names>()
  readonly #all: Names

  constructor(hosts: readonly LoadedDocument<HostSpec>[]) {
    this.names = hosts.map((h) => h.document.metadata.name).sort(compareText)
    this.#all = new Names(this.names)
    for (const { document } of hosts) {
      const { name, labels = {} } = document.metadata
      for (const [key, value] of Object.entries(labels)) {
        const values = this.#labels.get(key) ?? new Map<string, Names>()
        this.#labels.set(key, values)
        addTo(values, value, name)
      }
      // Documents that break their schema are indexed, too: what is wrong with them is said elsewhere.
      if (typeof document.spec.environment === 'string')
        addTo(this.#environments, nameOf(document.spec.environment), name)
      if (typeof document.spec.site === 'string') addTo(this.#sites, nameOf(document.spec.site), name)
    }
  }

  /** Names of the hosts for which everything in the selector holds, sorted. */
  select(selector: Selector): readonly string[] {
    const criteria: Names[] = [
      ...(selector.all === true ? [this.#all] : []),
      ...Object.entries(selector.labels ?? {}).map(([key, value]) => union(asList(value), this.#labels.get(key))),
      ...(selector.environments ? [union(selector.environments.map(nameOf), this.#environments)] : []),
      ...(selector.sites ? [union(selector.sites.map(nameOf), this.#sites)] : []),
      ...(selector.hosts ? [new Names(new Set(selector.hosts.map(nameOf).filter((h) => this.#all.has(h))))] : []),
    ].sort((a, b) => a.size - b.size)
    const [smallest, ...others] = criteria
    if (smallest === undefined) return []
    return smallest.list.filter((name) => others.every((names) => names.has(name))).sort(compareText)
  }

  /** Every label there is, as `key` and as `key: value`. */
  labels(): readonly string[] {
    return [...this.#labels].flatMap(([key, values]) => [key, ...[...values.keys()].map((value) => `${key}: ${value}`)])
  }

  /** Labels the selector asks for that no host carries, as `key` or `key: value`. */
  unknownLabels(selector: Selector): readonly { readonly key: string; readonly said: string }[] {
    return Object.entries(selector.labels ?? {}).flatMap(([key, value]) => {
      const values = this.#labels.get(key)
      if (values === undefined) return [{ key, said: key }]
      return asList(value).flatMap((v) => (values.has(v) ? [] : [{ key, said: `${key}: ${v}` }]))
    })
  }
}

const asList = (value: string | readonly string[]): readonly string[] => (typeof value === 'string' ? [value] : value)

/** Names of hosts, each once. Most are only listed: whether one is among them is asked of few. */
class Names {
  readonly list: string[]
  #set: Set<string> | undefined

  constructor(names: Iterable<string>) {
    this.list = [...names]
  }

  get size(): number {
    return this.list.length
  }

  has(name: string): boolean {
    this.#set ??= new Set(this.list)
    return this.#set.has(name)
  }
}

const none = new Names([])

function union(wanted: readonly string[], sets: ReadonlyMap<string, Names> | undefined): Names {
  const [only] = wanted
  if (wanted.length === 1 && only !== undefined) return sets?.get(only) ?? none
  return new Names(new Set(wanted.flatMap((value) => sets?.get(value)?.list ?? [])))
}

function addTo(map: Map<string, Names>, key: string, name: string): void {
  const names = map.get(key)
  if (names === undefined) map.set(key, new Names([name]))
  else names.list.push(name)
}
