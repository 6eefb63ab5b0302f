import { HostIndex } from '../compile/host-index.ts'
import type { Exception } from '../diff/leave-out.ts'
import type { DriftExceptionSpec } from '../generated/types.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'

/** The drift exceptions in force on each host of a graph; one that has ended counts no more. */
export function exceptionsIn(graph: Graph, now: Date): (host: string) => readonly Exception[] {
  const inForce = graph.ofKind('DriftException').flatMap((document) => {
    const exception = exceptionOf(document, now)
    return exception === undefined ? [] : [exception]
  })
  if (inForce.length === 0) return () => []
  const index = new HostIndex(graph.ofKind('Host') as unknown as ConstructorParameters<typeof HostIndex>[0])
  const selected = inForce.map(({ exception, on }) => ({ exception, hosts: new Set(index.select(on)) }))
  return (host) => selected.filter(({ hosts }) => hosts.has(host)).map(({ exception }) => exception)
}

function exceptionOf({ address, document }: LoadedDocument, now: Date) {
  const { on, resources, fields = [], owner, reason, expires } = document.spec as unknown as DriftExceptionSpec
  // What can't be read as a time has passed: an exception nobody can date is none.
  if (!(Date.parse(expires) > now.getTime())) return undefined
  const patterns = resources.map(patternOf)
  const exception: Exception = {
    address,
    owner,
    reason,
    until: expires,
    fields,
    covers: (resource) => patterns.some((pattern) => pattern.test(resource)),
  }
  return { exception, on }
}

/** `*` is any text without a slash, `**` any text at all; everything else is itself. */
function patternOf(glob: string): RegExp {
  const parts = glob.split(/(\*{1,2})/).map((part) => {
    if (part === '*') return '[^/]*'
    return part === '**' ? '.*' : part.replaceAll(/[\\^$.|?+()[\]{}*]/g, '\\$&')
  })
  return new RegExp(`^${parts.join('')}$`, 's')
}
