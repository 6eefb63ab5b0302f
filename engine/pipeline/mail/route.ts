import { type Address, addressOf, nameOf } from '../../model/address.ts'
import { compareText } from '../../model/diagnostic.ts'
import type { Graph } from '../../model/graph.ts'

/** What becomes of a mail that begins something. Names without their kinds. */
export interface MailRoute {
  readonly type: 'incident' | 'request'
  readonly title: string
  readonly service?: string
  readonly team?: string
}

/**
 * By the addresses it went to, and its subject: `desk+shop@…` is about the Service or for the Team called shop, `desk+incident@…`
 * and a subject that begins with `Incident:` tell of an incident, and what goes to the contact of a team is for that team.
 */
export function routeOf(mail: { readonly to: readonly string[]; readonly subject: string }, graph: Graph): MailRoute {
  const tags = mail.to.flatMap((address) => address.slice(0, address.lastIndexOf('@')).split('+').slice(1))
  const [, said] = /^\s*incident\s*:\s*(.*)$/i.exec(mail.subject) ?? []
  const service = tags.find((tag) => graph.documents.has(addressOf('Service', tag)))
  const team =
    tags.find((tag) => graph.documents.has(addressOf('Team', tag))) ??
    teamBehind(mail.to, graph) ??
    (service === undefined ? undefined : ownerOf(addressOf('Service', service), graph))
  const title = (said ?? mail.subject).trim()
  return {
    type: said !== undefined || tags.includes('incident') ? 'incident' : 'request',
    title: title === '' ? 'A mail without a subject' : title,
    ...(service !== undefined && { service }),
    ...(team !== undefined && { team }),
  }
}

function teamBehind(to: readonly string[], graph: Graph): string | undefined {
  const found = graph
    .ofKind('Team')
    .filter((d) => {
      const { contact } = d.document.spec
      return typeof contact === 'string' && to.includes(contact.toLowerCase())
    })
    .sort((a, b) => compareText(a.address, b.address))[0]
  return found === undefined ? undefined : nameOf(found.address as Address)
}

function ownerOf(address: Address, graph: Graph): string | undefined {
  const { owner } = graph.documents.get(address)?.document.metadata ?? {}
  const [, name] = /^team\/(.+)$/i.exec(typeof owner === 'string' ? owner : '') ?? []
  return name !== undefined && graph.documents.has(addressOf('Team', name)) ? name : undefined
}
