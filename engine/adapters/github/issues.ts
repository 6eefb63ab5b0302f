import type { ForgeIssue, Kept, WantedIssue } from '../../ports/forge.ts'
import { accountOf, fieldsOf, listOf, numberOf, pageOf, textIfAny, textOf } from './answers.ts'
import type { Call } from './api.ts'
import { marked, sameText } from './comments.ts'
import { isMissing } from './github-error.ts'
import { makeOnce } from './make-once.ts'
import type { Self } from './who-we-are.ts'

interface Issue {
  readonly number: number
  readonly title: string
  readonly body: string
  readonly state: string
  readonly labels: readonly string[]
  readonly url: string
}

/** The oldest issue of ours with the marker is the one; others that two made at the same time are closed. */
export async function keepIssue(
  call: Call,
  marker: string,
  wanted: WantedIssue,
  self: Self,
): Promise<Kept | undefined> {
  const body = marked(wanted.body, marker)
  const find = () => ownIssues(call, marker, self)
  if (wanted.state === 'closed' && (await find()).length === 0) return undefined
  const { thing, made } = await makeOnce(
    async () => (await find())[0],
    async () => {
      const { title, labels } = wanted
      const answer = await call.ask('opening an issue', (rest, at) =>
        rest.issues.create({ ...at, title, body, labels: [...labels] }),
      )
      return readIssue(answer)
    },
  )
  const [oldest = thing, ...later] = await find()
  for (const issue of later) if (issue.state === 'open') await change(call, issue, { state: 'closed' })
  if (made && oldest.number === thing.number) return { url: oldest.url, done: 'made' }
  const missing = wanted.labels.filter((label) => !oldest.labels.includes(label))
  const { title, state } = wanted
  const same = oldest.title === title && sameText(oldest.body, body) && oldest.state === state && missing.length === 0
  if (same) return { url: oldest.url, done: 'same' }
  await change(call, oldest, { title, body, state, labels: [...oldest.labels, ...missing] })
  return { url: oldest.url, done: 'changed' }
}

/** Oldest first. */
async function ownIssues(call: Call, marker: string, self: Self): Promise<readonly Issue[]> {
  const us = await self()
  const listed = await call.list('looking for our issue', (rest, at) =>
    rest.issues.listForRepo.endpoint({
      ...{ ...at, state: 'all', creator: us.login, sort: 'created', direction: 'asc', per_page: 100 },
    }),
  )
  return listed
    .map((value) => fieldsOf(value, 'an issue'))
    .filter((issue) => issue['pull_request'] === undefined && accountOf(issue['user'], 'user of an issue').id === us.id)
    .map(readIssue)
    .filter((issue) => issue.body.includes(marker))
    .sort((a, b) => a.number - b.number)
}

function readIssue(value: unknown): Issue {
  const issue = fieldsOf(value, 'an issue')
  const number = numberOf(issue['number'], 'number of an issue')
  const at = (field: string) => `${field} of issue ${number}`
  return {
    number,
    title: textOf(issue['title'], at('title')),
    body: textIfAny(issue['body'], at('body')) ?? '',
    state: textOf(issue['state'], at('state')),
    labels: listOf(issue['labels'], at('labels')).map((label) =>
      typeof label === 'string' ? label : textOf(fieldsOf(label, at('labels'))['name'], at('labels')),
    ),
    url: pageOf(issue['html_url'], at('html_url')),
  }
}

interface IssueChange {
  readonly title?: string
  readonly body?: string
  readonly state: 'open' | 'closed'
  readonly labels?: string[]
}

async function change(call: Call, issue: Issue, to: IssueChange): Promise<void> {
  await call.ask(`changing issue ${issue.number}`, (rest, at) =>
    rest.issues.update({ ...at, issue_number: issue.number, ...to }),
  )
}

/** An issue of anybody; undefined where there is none, or it is a pull request. */
export async function issueOf(call: Call, number: number): Promise<ForgeIssue | undefined> {
  let answer: unknown
  try {
    answer = await call.ask(`reading issue ${number}`, (rest, at) => rest.issues.get({ ...at, issue_number: number }))
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  const fields = fieldsOf(answer, 'an issue')
  if (fields['pull_request'] !== undefined) return undefined
  const { title, body, state } = readIssue(answer)
  const account = accountOf(fields['user'], 'user of an issue')
  return { number, account, title, body, state: state === 'closed' ? 'closed' : 'open' }
}

export async function setIssue(call: Call, number: number, state: 'open' | 'closed'): Promise<void> {
  await call.ask(`changing issue ${number}`, (rest, at) => rest.issues.update({ ...at, issue_number: number, state }))
}
