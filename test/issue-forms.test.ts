import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { DeclaredRecord } from '../engine/model/declared-record.ts'
import { type GithubOffice, openGithubOffice } from './github-office.ts'
import { documents } from './office.ts'

/** Forms of GitHub: written of the catalogue, and what people fill in becomes requests that the issue follows. */

interface Line {
  readonly event: string
  readonly address?: string
  readonly task?: string
  readonly outcome?: string
}

let at: GithubOffice
let server: ChildProcess
let url = ''
const ended: Line[] = []
const waiting = new Set<() => void>()
const secret = randomBytes(24).toString('hex')

const catalogue = documents(
  {
    kind: 'CatalogItem',
    metadata: { name: 'screen' },
    spec: {
      title: 'A larger: screen',
      about: 'Brought to your desk',
      team: 'operations',
      form: {
        properties: {
          inches: { description: 'How large.', type: 'integer', minimum: 20, maximum: 50, default: 27 },
          colour: { description: 'Its colour', enum: ['black', 'white'], default: 'white' },
          arm: { description: 'With an arm', type: 'boolean' },
          host: { description: 'The host it stands at', type: 'string', ref: 'Host' },
        },
        required: ['inches'],
      },
      eligible: 'form.inches < 45',
      fulfilment: { task: {} },
    },
  },
  { kind: 'Service', metadata: { name: 'shop', owner: 'team/operations' }, spec: { criticality: 3 } },
)

beforeAll(async () => {
  at = await openGithubOffice({ at: new Date().toISOString(), files: { 'inventory/catalogue.yaml': catalogue } })
  at.github.person('reader', 'read')
  const env = { ...at.office.desk.env, PLUMBLINE_WEBHOOK_SECRET: secret } as NodeJS.ProcessEnv
  const main = join(import.meta.dirname, '../engine/main.ts')
  const args = ['--import', 'tsx', main, '-C', at.runner, 'serve', '--listen', '127.0.0.1:0']
  server = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  if (server.stdout === null) throw new Error('it says nothing')
  createInterface({ input: server.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Line
    if (line.event === 'listening') url = line.address ?? ''
    if (line.event === 'task') ended.push(line)
    for (const wake of [...waiting]) wake()
  })
  await until(() => url !== '')
}, 120_000)
afterAll(async () => {
  server.kill('SIGKILL')
  await at.close()
})

/** Resolves once it holds; looked at again with each line that the server logs. */
function until(holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!holds()) return
      waiting.delete(look)
      resolve()
    }
    waiting.add(look)
    look()
  })
}

/** Delivers what happened on GitHub, and waits until so many issues were looked after. */
async function delivered(issues: number): Promise<readonly (string | undefined)[]> {
  const before = ended.length
  const since = () => ended.slice(before).filter((line) => line.task === 'issue')
  await at.github.deliver({ url: `${url}/webhooks/github`, secret })
  await until(() => since().length >= issues)
  return since().map((line) => line.outcome)
}

const base = () => `/repos/${at.github.repository}/issues`

async function open(login: string, title: string, body: string): Promise<number> {
  const made = (await at.github.api(login, 'POST', base(), { title, body })) as { readonly number: number }
  return made.number
}

const look = (number: number) =>
  at.github.api('admin', 'GET', `${base()}/${number}`) as Promise<{ readonly state: string }>
const comments = async (number: number): Promise<readonly string[]> =>
  ((await at.github.api('admin', 'GET', `${base()}/${number}/comments`)) as { readonly body: string }[]).map(
    (c) => c.body,
  )

async function shown(type: string, id: string): Promise<DeclaredRecord> {
  return (JSON.parse(await at.must(type, 'show', id, '--json')) as { record: DeclaredRecord }).record
}

const answers = (inches: string, more = ''): string =>
  `### How large\r\n\r\n${inches}\r\n\r\n### Its colour\r\n\r\nblack\r\n\r\n### With an arm\r\n\r\nyes\r\n\r\n### The host it stands at\r\n\r\n_No response_\r\n\r\n### Why it is needed\r\n\r\nMy eyes${more}`

describe('forms', () => {
  it('are written of the catalogue, as GitHub takes them', async () => {
    await at.must('init', '--github')
    const folder = join(at.runner, '.github/ISSUE_TEMPLATE')
    expect(readdirSync(folder).sort()).toEqual(['plumbline-incident.yml', 'plumbline-screen.yml'])
    for (const file of readdirSync(folder)) {
      const form = parse(readFileSync(join(folder, file), 'utf8'))
      expect(form.name.length).toBeGreaterThan(3)
      expect(form.description).not.toBe('')
      const ids = form.body.map((part: { id: string }) => part.id)
      expect(new Set(ids).size).toBe(ids.length)
      for (const { type, id, attributes, validations = {} } of form.body) {
        expect(['input', 'textarea', 'dropdown']).toContain(type)
        expect(id).toMatch(/^[A-Za-z0-9_-]+$/)
        expect(attributes.label).not.toBe('')
        expect(Object.keys(validations)).toEqual(Object.keys(validations).filter((key) => key === 'required'))
        if (type === 'dropdown') {
          expect(new Set(attributes.options).size).toBe(attributes.options.length)
          for (const option of attributes.options) expect(typeof option).toBe('string')
          expect(attributes.default ?? 0).toBeLessThan(attributes.options.length)
        }
      }
    }
    const screen = parse(readFileSync(join(folder, 'plumbline-screen.yml'), 'utf8'))
    expect(screen).toMatchObject({ name: 'A larger: screen', title: '[screen] ' })
    expect(screen.body[0]).toMatchObject({
      id: 'inches',
      attributes: { label: 'How large', value: '27' },
      validations: { required: true },
    })
  })
})

describe('an issue made of a form', () => {
  let number = 0

  it('opens a request in the name of who wrote it, and says its number, state and next step', async () => {
    number = await open('ana', '[screen] For the corner', answers('32'))
    expect(await delivered(1)).toEqual(['opened'])
    const record = await shown('request', `REQ-${new Date().getFullYear()}-00001`)
    expect(record).toMatchObject({
      title: 'For the corner',
      fields: {
        item: 'screen',
        requester: 'Person/ana',
        form: { inches: 32, colour: 'black', arm: true },
        reason: 'My eyes',
      },
      log: [{ for: 'Person/ana', via: 'forge' }],
    })
    const [told] = await comments(number)
    expect(told).toContain(`**${record.id}** · Submitted`)
    expect(told).toContain('Next: ')
  })

  it('adds what people write on it, once, and nothing that strangers or programs write', async () => {
    await at.github.comment(number, 'ben', 'A white one would do')
    await at.github.comment(number, 'reader', 'Me too')
    await delivered(2)
    await at.github.comment(number, 'ana', 'No')
    await delivered(1)
    const { log } = await shown('request', `REQ-${new Date().getFullYear()}-00001`)
    expect(log.filter((l) => l.move === 'comment').map((l) => [l.for, l.text])).toEqual([
      ['Person/ben', 'A white one would do'],
      ['Person/ana', 'No'],
    ])
  })

  it('is refused where the form, the rules or the account say so, and looked at again once it is put right', async () => {
    const wrong = await open('ana', '[screen] Wrong', answers('3200 @ben <!-- plumbline record -->'))
    const large = await open('ana', '[screen] Large', answers('48'))
    const stranger = await open('reader', '[screen] Mine', answers('30'))
    const other = await open('ana', 'Something else', 'hello')
    const unknown = await open('ana', '[yacht] Large', 'hello')
    expect([...(await delivered(5))].sort()).toEqual(['passed-over', 'passed-over', 'refused', 'refused', 'refused'])
    expect((await comments(wrong))[0]).toMatch(/Nothing was opened/)
    expect((await comments(large))[0]).toMatch(/may not ask for/)
    expect((await comments(stranger))[0]).toMatch(/No person/)
    expect([...(await comments(other)), ...(await comments(unknown))]).toEqual([])
    await at.github.api('ana', 'PATCH', `${base()}/${wrong}`, { body: answers('28') })
    expect(await delivered(1)).toEqual(['opened'])
    expect((await comments(wrong))[0]).toMatch(/\*\*REQ-/)
    expect(await comments(wrong)).toHaveLength(1)
  })

  it('tells of an incident', async () => {
    const body =
      '### Service\n\nshop\n\n### How much is hit\n\nhigh\n\n### How long it can wait\n\nNone\n\n### What is wrong\n\nIt is slow\n\n### Service\n\nother'
    await open('ben', '[incident] ', body)
    expect(await delivered(1)).toEqual(['opened'])
    expect(await shown('incident', `INC-${new Date().getFullYear()}-00001`)).toMatchObject({
      title: 'It is slow',
      fields: {
        service: 'shop',
        impact: 'high',
        urgency: 'medium',
        requester: 'Person/ben',
        description: 'It is slow',
      },
    })
    expect(await at.must('audit', 'verify')).toMatch(/entries/)
  })

  it('is closed with its record, and says how that stands', async () => {
    const id = `REQ-${new Date().getFullYear()}-00001`
    // What follows is looked after by hand.
    server.kill('SIGKILL')
    await at.must('work', '--once')
    await at.must('request', 'cancel', id, '-m', 'I have one', '--key', at.office.colleague('ana').keyFile)
    await at.must('work', '--once')
    expect((await look(number)).state).toBe('closed')
    expect((await comments(number))[0]).toContain(`**${id}** · Cancelled`)
  })
})
