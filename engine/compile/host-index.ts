import { nameOf } from '../model/address.ts'
import { compareText } from '../model/diagnostic.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { HostSpec, Selector } from './specs.ts'

/** Finds the hosts that a selector means without looking at every host for every selector. */
export class HostIndex {
  /** Names, sorted. */
  readonly names: readonly string[]
  readonly #labels = new Map<string, Map<string, Set<string>>>()
  readonly #environments = new Map<string, Set<string>>()
  readonly #sites = new Map<string, Set<string>>()
  readonly #all: ReadonlySet<string>

  constructor(hosts: readonly LoadedDocument<HostSpec>[]) {
    this.names = hosts.map((h) => h.document.metadata.name).sort(compareText)
    this.#all = new Set(this.names)
    for (const { document } of hosts) {
      const { name, labels = {} } = document.metadata
      for (const [key, value] of Object.entries(labels)) {
        const values = this.#labels.get(key) ?? new Map<string, Set<string>>()
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
    const criteria: ReadonlySet<string>[] = [
      ...(selector.all === true ? [this.#all] : []),
      ...Object.entries(selector.labels ?? {}).map(([key, value]) => union(asList(value), this.#labels.get(key))),
      ...(selector.environments ? [union(selector.environments.map(nameOf), this.#environments)] : []),
      ...(selector.sites ? [union(selector.sites.map(nameOf), this.#sites)] : []),
      ...(selector.hosts ? [new Set(selector.hosts.map(nameOf).filter((h) => this.#all.has(h)))] : []),
    ].sort((a, b) => a.size - b.size)
    const [smallest, ...others] = criteria
    if (smallest === undefined) return []
    return [...smallest].filter((name) => others.every((set) => set.has(name))).sort(compareText)
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

const none: ReadonlySet<string> = new Set()

function union(
  wanted: readonly string[],
  sets: ReadonlyMap<string, ReadonlySet<string>> | undefined,
): ReadonlySet<string> {
  const [only] = wanted
  if (wanted.length === 1 && only !== undefined) return sets?.get(only) ?? none
  return new Set(wanted.flatMap((value) => [...(sets?.get(value) ?? none)]))
}

function addTo(map: Map<string, Set<string>>, key: string, name: string): void {
  const set = map.get(key)
  if (set === undefined) map.set(key, new Set([name]))
  else set.add(name)
}
