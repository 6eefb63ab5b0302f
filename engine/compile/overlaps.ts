import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Resource, ResourceType } from '../model/resource.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

/**
 * Files of a host that two resources would write by turns: owned whole by both, or whole by one and in part by another.
 * Types that say nothing of what they own are not compared.
 */
export function overlaps(
  host: string,
  resources: readonly Resource[],
  types: ReadonlyMap<string, ResourceType>,
): readonly Diagnostic[] {
  const owners = new Map<string, { readonly whole: Resource[]; readonly part: Resource[] }>()
  for (const resource of resources) {
    const type = types.get(resource.type)
    if (type?.owns === undefined) continue
    for (const path of type.paths?.(resource.spec) ?? []) {
      const found = owners.get(path) ?? { whole: [], part: [] }
      found[type.owns].push(resource)
      owners.set(path, found)
    }
  }
  return [...owners]
    .filter(([, { whole, part }]) => whole.length > 0 && whole.length + part.length > 1)
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([path, { whole, part }]) => {
      const [first, ...others] = whole
      if (first === undefined) return []
      return [...others, ...part].map((other) => overlap(host, path, first, other, part.includes(other)))
    })
}

function overlap(host: string, path: string, first: Resource, second: Resource, isPart: boolean): Diagnostic {
  const [declaration] = second.declaredBy
  const [there] = first.declaredBy
  const what = isPart
    ? `is owned whole by ${first.id} and in part by ${second.id}`
    : `is written by ${first.id} and ${second.id}`
  return report('resource-overlap', {
    ...declaration?.place,
    host,
    ...(declaration !== undefined && { subject: declaration.address }),
    summary: `${path} ${what}`,
    ...(there !== undefined && {
      detail: `The other one is at ${there.place.file}:${there.place.line}:${there.place.column}.`,
    }),
  })
}
