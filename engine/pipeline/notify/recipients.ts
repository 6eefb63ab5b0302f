import { peopleOf, referenced } from '../../change/people.ts'
import type { Address } from '../../model/address.ts'
import type { Graph } from '../../model/graph.ts'
import type { Happening } from './happening.ts'
import type { WhoIsTold } from './rules.ts'

/** Who is on call for a record at a moment: addresses of people, the first to be told first. */
export type OnCallFor = (graph: Graph, happening: Happening, at: Date) => readonly string[]

/** Mail addresses of those who are to be told, in small letters, each once. */
export function mailRecipients(
  { people = [], teams = [], roles = [], strangers = false }: WhoIsTold,
  happening: Happening,
  graph: Graph,
  onCall: OnCallFor,
): readonly string[] {
  const who = [
    ...people.map((p) => referenced(p, 'Person')),
    ...teams.map((t) => referenced(t, 'Team')),
    ...roles.flatMap((role) => inRole(role, happening, graph, onCall)),
  ]
  const known = peopleOf(graph)
  const addresses = new Set<string>()
  for (const name of who) {
    if (name === happening.move.by && !isAnswer(happening, name)) continue
    if (name.startsWith('mail:')) {
      if (strangers) addresses.add(name.slice('mail:'.length).toLowerCase())
      continue
    }
    const contact = graph.documents.get(name as Address)?.document.spec['contact']
    if (name.startsWith('Team/') && typeof contact === 'string') {
      addresses.add(contact.toLowerCase())
      continue
    }
    for (const member of known.members.get(name as Address) ?? [name as Address]) {
      const person = known.byAddress.get(member)
      if (person?.active === true && !person.bot && member !== happening.move.by)
        addresses.add(person.email.toLowerCase())
      else if (person?.active === true && isAnswer(happening, member)) addresses.add(person.email.toLowerCase())
    }
  }
  return [...addresses]
}

/** Who wrote a mail is told that it arrived, and under which number. */
export const isAnswer = ({ move, requester }: Happening, who: string): boolean =>
  move.name === 'new' && move.via === 'mail' && who === requester

function inRole(
  role: NonNullable<WhoIsTold['roles']>[number],
  happening: Happening,
  graph: Graph,
  onCall: OnCallFor,
): readonly string[] {
  const { assignee, requester, team, watchers, move } = happening
  switch (role) {
    case 'assignee':
      return assignee === undefined ? [] : [assignee]
    case 'requester':
      return requester === undefined ? [] : [requester]
    case 'team':
      return team === undefined ? [] : [team]
    case 'watchers':
      return watchers
    case 'paged':
      return happening.paged.map((person) => referenced(person, 'Person'))
    case 'on-call': {
      const found = onCall(graph, happening, new Date(move.at))
      // Where nobody is on call, somebody hears of it all the same.
      return found.length > 0 || team === undefined ? found : [team]
    }
  }
}
