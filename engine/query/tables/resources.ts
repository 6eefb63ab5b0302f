import type { JsonObject } from '../../model/document.ts'
import type { Resource } from '../../model/resource.ts'
import { nameSecrets } from '../../model/secret-ref.ts'
import { column, hostNames, type Row, type SeenHost, type Table } from '../table.ts'

export const resources: Table = {
  name: 'resources',
  about: 'everything that documents want of each host, beside what was last seen of it',
  columns: [
    column('host', 'text', 'name of the Host document'),
    column('resource', 'text', 'type and name: file:/etc/motd'),
    column('kind', 'text', 'type of the resource'),
    column('name', 'text', 'name of the resource'),
    column('wanted', 'text', 'present or absent'),
    column('spec', 'map', 'what is wanted; the content of sensitive files is left out'),
    column('documents', 'list', 'documents that want it'),
    column('found', 'text', 'present, absent or unknown; nothing where it was never looked at'),
    column('state', 'map', 'what was seen'),
    column('seen', 'time', 'when it was last looked at'),
  ],
  shown: ['host', 'resource', 'wanted', 'found', 'documents', 'seen'],
  observed: true,
  rows: ({ graph, catalogue, seen }) =>
    hostNames(graph).flatMap((host) => catalogue(host).resources.map((r) => row(host, r, seen.get(host)))),
}

function row(host: string, resource: Resource, last: SeenHost | undefined): Row {
  const observation = last?.observations.get(resource.id)
  return {
    host,
    resource: resource.id,
    kind: resource.type,
    name: resource.name,
    wanted: resource.spec['ensure'] === 'absent' ? 'absent' : 'present',
    spec: shownSpec(resource.spec),
    documents: [...new Set(resource.declaredBy.map((d) => d.address))],
    found: observation?.status ?? null,
    state: observation?.status === 'present' ? observation.state : null,
    seen: observation === undefined ? null : (last?.seen ?? null),
  }
}

/** What is wanted, as it may be shown to anybody who may see the documents: secrets by their names. */
export function shownSpec(spec: JsonObject): JsonObject {
  if (spec['sensitive'] !== true) return nameSecrets(spec)
  const { content: _, ...rest } = spec
  return nameSecrets(rest)
}
