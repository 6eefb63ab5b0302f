import { compareText } from '../model/diagnostic.ts'

/** Hosts, and what all of them have and no other one has. */
export interface Group {
  /** Sorted. */
  readonly hosts: readonly string[]
  /** Keys of resources, in the order of the first host. */
  readonly keys: readonly string[]
}

/**
 * Finds which hosts share what. Hosts that have the same share one profile, and each resource goes to the largest group
 * that has it, so to one only. Groups of few resources are left alone: a profile of two lines helps nobody.
 *
 * @param resources keys by host; equal keys mean the same resource in every respect
 * @param least so many resources make a profile
 */
export function sharedResources(resources: ReadonlyMap<string, readonly string[]>, least: number): readonly Group[] {
  const owners = new Map<string, Set<string>>()
  for (const [host, keys] of resources)
    for (const key of keys) owners.set(key, (owners.get(key) ?? new Set()).add(host))
  const groups = new Map<string, { hosts: string[]; keys: string[] }>()
  for (const [key, hosts] of owners) {
    if (hosts.size < 2) continue
    const sorted = [...hosts].sort(compareText)
    const name = sorted.join(' ')
    const group = groups.get(name) ?? { hosts: sorted, keys: [] }
    group.keys.push(key)
    groups.set(name, group)
  }
  return [...groups.values()]
    .filter(({ keys }) => keys.length >= least)
    .sort((a, b) => b.hosts.length - a.hosts.length || compareText(a.hosts.join(' '), b.hosts.join(' ')))
}

/** `shared-web` for web-01 and web-02; `shared` where their names have nothing in common. */
export function sharedName(hosts: readonly string[], taken: (name: string) => boolean): string {
  const [first = '', ...others] = hosts
  let common = first
  for (const host of others) while (!host.startsWith(common)) common = common.slice(0, -1)
  const stem = common.replace(/[^a-z]+$/, '')
  const base = stem.length < 2 ? 'shared' : `shared-${stem}`.slice(0, 50)
  for (let i = 1; ; i++) {
    const name = i === 1 ? base : `${base}-${i}`
    if (!taken(name)) return name
  }
}
