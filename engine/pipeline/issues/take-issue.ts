import { peopleOf } from '../../change/people.ts'
import { addressOf } from '../../model/address.ts'
import type { DeclaredRecord, RecordType } from '../../model/declared-record.ts'
import type { Graph } from '../../model/graph.ts'
import type { ForgeAccount } from '../../model/pull-request.ts'
import type { Forge, ForgeIssue } from '../../ports/forge.ts'
import { RepositoryError } from '../../ports/repository.ts'
import { words } from '../../pull-request/markdown.ts'
import { catalogItem } from '../../records/catalog.ts'
import { expectForge } from '../ci/requests.ts'
import { submitRequest } from '../fulfilment/submit.ts'
import { isPassing } from '../passing-trouble.ts'
import { enginesHand, type RecordHand } from '../record-types/hand.ts'
import { freshIndex } from '../record-types/record-index.ts'
import { recordTypesOf } from '../record-types/types.ts'
import { writeRecords } from '../record-types/write.ts'
import type { World } from '../world.ts'
import { formAnswers, formSections, formTitle, incidentForm } from './form.ts'
import { issueLink, mirrorRecord, recordMarker } from './mirror.ts'
import { incidentLabels, reasonLabel } from './template.ts'

const relation = 'told-by'

/**
 * Has an issue that was made of one of our forms open a record, and what people write on it added to that, each once. Who wrote it
 * is asked of the forge; accounts that no person of the estate has are told so, and nothing else comes of them.
 */
export async function takeIssue(world: World, number: number): Promise<'passed-over' | 'opened' | 'said' | 'refused'> {
  const forge = await expectForge(world)
  const issue = await forge.issue(number)
  if (issue === undefined || issue.account.bot) return 'passed-over'
  const hand = await enginesHand(world)
  const types = recordTypesOf(world, hand.estate)
  const index = await freshIndex(world, types)
  const link = issueLink(forge, number)
  const [known] = await index.find({ linkedTo: { to: link, relation }, order: 'newest', limit: 1 })
  const record = known?.record ?? (await openFor(world, forge, hand, issue, link))
  if (record === 'passed-over' || record === 'refused') return record
  const type = types.get(record.type)
  if (type === undefined) return 'passed-over'
  const said = await takeComments(world, forge, hand, { number, link, type, id: record.id })
  await mirrorRecord(world, forge, type, record.id)
  return known === undefined ? 'opened' : said ? 'said' : 'passed-over'
}

async function openFor(
  world: World,
  forge: Forge,
  { estate }: RecordHand,
  issue: ForgeIssue,
  link: string,
): Promise<DeclaredRecord | 'passed-over' | 'refused'> {
  const form = formTitle(issue.title)
  if (form === undefined || issue.state === 'closed') return 'passed-over'
  const item = catalogItem(estate.graph, form.name)
  if (item === undefined && form.name !== incidentForm) return 'passed-over'
  const person = personBehind(forge, issue.account, estate.graph)
  const refuse = async (because: string): Promise<'refused'> => {
    await forge.keepComment(issue.number, recordMarker, words(because, 2_000))
    return 'refused'
  }
  if (person === undefined) return refuse('No person of the estate has this account, so nothing was opened.')
  const hand = await enginesHand(world, { for: person, via: 'forge' })
  const sections = formSections(issue.body)
  const links = [{ relation, to: link }]
  try {
    if (item === undefined) return await openIncident(world, hand, { sections, title: form.rest, links, person })
    const reason = sections.get(reasonLabel) ?? ''
    return await submitRequest(world, hand, {
      item: item.name,
      form: formAnswers(item, sections),
      links,
      ...(form.rest !== '' && { title: form.rest }),
      ...(reason !== '' && { reason: reason.slice(0, 1_900) }),
    })
  } catch (error) {
    if (!(error instanceof RepositoryError) || isPassing(error)) throw error
    return refuse(`Nothing was opened: ${error.message}. Edit the issue, and it is looked at again.`)
  }
}

interface Told {
  readonly sections: ReadonlyMap<string, string>
  readonly title: string
  readonly links: DeclaredRecord['links']
  readonly person: string
}

function openIncident(
  world: World,
  hand: RecordHand,
  { sections, title, links, person }: Told,
): Promise<DeclaredRecord> {
  const { graph } = hand.estate
  const said = (label: string): string => sections.get(label) ?? ''
  const level = (label: string): string => (/^(high|medium|low)$/.test(said(label)) ? said(label) : 'medium')
  const service = said(incidentLabels.service).toLowerCase()
  const isService = graph.documents.has(addressOf('Service', service))
  const description = said(incidentLabels.description).slice(0, 9_000)
  return writeRecords(world, hand, (desk) =>
    desk.open('incident', {
      title: title === '' ? (description.split('\n')[0] ?? '').slice(0, 100) || 'Something does not work' : title,
      fields: {
        impact: level(incidentLabels.impact),
        urgency: level(incidentLabels.urgency),
        requester: person,
        ...(description !== '' && { description }),
        ...(isService && { service }),
      },
      links,
      ...(description !== '' && { text: description }),
    }),
  )
}

interface Meant {
  readonly number: number
  readonly link: string
  readonly type: RecordType
  readonly id: string
}

/** Adds what people wrote since. A comment is known by its link, so that each is added once. */
async function takeComments(
  world: World,
  forge: Forge,
  { estate }: RecordHand,
  { number, link, type, id }: Meant,
): Promise<boolean> {
  let said = false
  for (const { id: comment, account, body } of await forge.comments(number)) {
    const person = account.bot ? undefined : personBehind(forge, account, estate.graph)
    if (person === undefined || body.includes(recordMarker)) continue
    const to = `${link}-${comment}`
    const hand = await enginesHand(world, { for: person, via: 'forge' })
    const added = await writeRecords(world, hand, async (desk) => {
      const record = await desk.find(type.name, id)
      if (record === undefined || record.links.some((l) => l.to === to)) return false
      await desk.link(type.name, id, { relation, to })
      await desk.comment(type.name, id, body.trim() === '' ? '(nothing)' : body)
      return true
    })
    said ||= added
  }
  return said
}

function personBehind({ place }: Forge, { login, id }: ForgeAccount, graph: Graph): string | undefined {
  const [person, another] = peopleOf(graph).byAccount({
    host: place.host,
    login: login.toLowerCase(),
    ...(id !== undefined && { id }),
  })
  return person?.active === true && !person.bot && another === undefined ? person.address : undefined
}
