import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DeclaredRecord } from '../engine/model/declared-record.ts'
import { documents, type Office, openOffice } from './office.ts'

/** Runbooks as people use them: found, read, run on hosts step by step, gone on with after a failure, and written down. */

let office: Office

const greet = `---
title: Greet a host
owner: team/operations
services: [shop]
symptoms: [not-greeted]
inputs:
  what: { description: What is said, type: string, maxLength: 40 }
  host: { description: Where, type: string, ref: Host }
  token: { description: A password, type: string, writeOnly: true }
required: [what]
review: 2027-01-01
---
# Greet

\`\`\`sh step=look on=service/shop expect="^hello$"
echo hello
\`\`\`

\`\`\`sh step=mark on="role=web" undo=unmark confirm="Is everybody there?"
touch /etc/greeted
\`\`\`

\`\`\`sh step=unmark on="role=web"
rm /etc/greeted
\`\`\`

\`\`\`sh step=read on="role=web" expect=ready
cat /etc/state
\`\`\`
`

const files = {
  'runbooks/greet.md': greet,
  'runbooks/quiet.md':
    '---\ntitle: Write something down\nowner: team/security\ninputs:\n  host: { type: string, ref: Host }\nrequired: [host]\n---\n```sh step=note on=input/host expect=noted\necho noted\n```\n',
  'runbooks/asking.md': '---\ntitle: Ask first\n---\n```sh step=ask on=host/web-01 confirm\ntrue\n```\n',
  'articles/how.md':
    '---\ntitle: How the shop pays\nservices: [shop]\ntags: [payment]\n---\nMoney is moved at night.\n',
  'inventory/services.yaml': documents(
    { kind: 'Service', metadata: { name: 'shop' }, spec: { purpose: 'Sells things', hosts: ['web-01'] } },
    ...['quiet', 'asking'].map((name) => ({
      kind: 'CatalogItem',
      metadata: { name },
      spec: {
        title: `Have ${name} run`,
        team: 'operations',
        form: { properties: { host: { description: 'Where', type: 'string', ref: 'Host' } } },
        fulfilment: { runbook: { name, ...(name === 'quiet' && { inputs: { host: '{{ form.host }}' } }) } },
      },
    })),
  ),
}

beforeAll(async () => {
  office = await openOffice({ files, hosts: { 'web-01': 'prod', 'web-02': 'prod' } })
}, 60_000)
afterAll(async () => office.close())

const as = (name: string): readonly string[] => ['--key', office.colleague(name).keyFile]

async function refused(...argv: string[]): Promise<string> {
  const ran = await office.desk.run(...argv)
  expect(ran.status, ran.out).toBe(1)
  return ran.err
}

const shown = async (type: string, id: string): Promise<DeclaredRecord> =>
  (JSON.parse(await office.must([type, 'show', id, '--json'])) as { record: DeclaredRecord }).record

describe('runbooks', () => {
  it('are listed, shown, and found by words, beside articles', async () => {
    expect(await office.must(['runbook', 'list', '--service', 'shop'])).toContain('greet')
    expect(await office.must(['runbook', 'show', 'greet'])).toContain('has to print ^hello$')
    expect(await refused('runbook', 'show', 'great')).toContain('did you mean greet?')
    const { found } = JSON.parse(await office.must(['knowledge', 'search', 'how', 'do', 'payments', 'work', '--json']))
    expect(found[0]).toMatchObject({ address: 'Article/how', excerpt: 'Money is moved at night.', runs: false })
  })

  it('say what they would do, and do nothing, in a dry run', async () => {
    const out = await office.must(['runbook', 'run', 'greet', '--input', 'what=x', '--dry-run', ...as('ana')])
    expect(out).toContain('on web-01, web-02')
    expect(out).not.toContain('unmark\n')
    expect(await office.must(['runbook-run', 'list', '--all'])).toContain('no runs of runbooks')
  })

  it('are refused to whoever may not, with wrong inputs, on hosts they are not for, and where nobody can confirm', async () => {
    const run = (...argv: string[]) => refused('runbook', 'run', ...argv)
    expect(await run('quiet', '--input', 'host=web-01', ...as('ana'))).toContain('it is for Team/security')
    expect(await run('greet', ...as('ana'))).toContain("'what'")
    expect(await run('greet', '--input', 'what=x', '--input', 'x=y', ...as('ana'))).toContain('has no input "x"')
    expect(await run('quiet', '--input', 'host=web-09', ...as('cleo'))).toContain('there is no Host/web-09')
    expect(await run('greet', '--input', 'what=x', '--host', 'db-01', ...as('ana'))).toContain(
      'no step of greet is for',
    )
    expect(await run('greet', '--input', 'what=x', '--step', 'no', ...as('ana'))).toContain('has no step no')
    expect(await run('greet', '--input', 'what=x', ...as('ana'))).toContain('nobody can be asked here')
  })

  it('run until a step fails, say so in the incident, and are gone on with from there', async () => {
    const { id: incident } = JSON.parse(
      await office.must(['incident', 'new', 'nobody is greeted', '--service', 'shop', '--json', ...as('ana')]),
    )
    const secret = 'swordfish-7781'
    const inputs = ['--input', 'what=$(reboot); hello', '--input', `token=${secret}`]
    const ran = await office.desk.run(
      'runbook',
      'run',
      'greet',
      ...inputs,
      '--yes',
      '--incident',
      incident,
      ...as('ana'),
    )
    expect([ran.status, ran.err]).toEqual([1, expect.stringContaining('mark is taken back by --step unmark')])
    const failed = await shown('runbook-run', 'RUN-2026-00001')
    expect(failed).toMatchObject({
      state: 'failed',
      openedBy: 'Person/ana',
      fields: { inputs: { what: '$(reboot); hello', token: '***' }, service: 'shop', team: 'operations' },
      links: [
        { relation: 'about', to: 'Runbook/greet' },
        { relation: 'part-of', to: incident },
      ],
    })
    expect(failed.fields['results']).toMatchObject([
      { step: 'look', host: 'web-01', outcome: 'done', exit: 0, output: 'hello' },
      { step: 'mark', host: 'web-01', outcome: 'done' },
      { step: 'mark', host: 'web-02', outcome: 'done' },
      { step: 'read', host: 'web-01', outcome: 'failed', exit: 1 },
    ])
    expect(JSON.stringify(failed)).not.toContain(secret)
    expect(await office.must(['runbook', 'list', '--incident', incident])).toMatch(/^greet /)
    expect(await office.must(['incident', 'timeline', incident])).toContain('plumbline runbook show greet')
    expect((await shown('incident', incident)).log.map((l) => l.text).join('\n')).toContain('it ended with 1, not 0')
    for (const host of ['web-01', 'web-02']) office.desk.write(`../hosts/${host}/etc/state`, 'ready\n')
    await office.must(['runbook', 'resume', 'run-2026-00001', '--yes', ...as('ben')])
    const { state, log, fields } = await shown('runbook-run', 'RUN-2026-00001')
    expect(state).toBe('succeeded')
    // What was done before is not done again.
    expect(log.filter((l) => l.move === 'begin').map((l) => l.text)).toEqual([
      'look on web-01',
      'mark on web-01, web-02',
      'read on web-01, web-02',
      'read on web-01, web-02',
    ])
    expect(fields['results']).toHaveLength(5)
  })

  it('that broke off in the middle of a step are seen as such, and run that step again only where somebody says so', async () => {
    const run = ['runbook', 'run', 'quiet', '--input', 'host=web-01', '--json', ...as('cleo')]
    await office.must(run)
    const key = as('cleo')
    await office.must(['runbook', 'run', 'greet', '--input', 'what=x', '--step', 'look', ...key])
    const { id } = JSON.parse(
      await office.must([
        ...['runbook-run', 'new', 'Greet a host', '--runbook', 'greet', '--steps', 'look', '--current', 'look'],
        ...['--digest', String((await shown('runbook-run', 'RUN-2026-00003')).fields['digest']), '--json', ...key],
      ]),
    )
    expect(await office.must(['runbook-run', 'list'])).toContain(id)
    expect(await refused('runbook', 'resume', id, '--input', 'what=x', ...key)).toContain('nobody knows what it did')
    await office.must(['runbook', 'resume', id, '--again', '--input', 'what=x', ...key])
    expect((await shown('runbook-run', id)).state).toBe('succeeded')
  })

  it('of a branch are run by nobody who does not say so, and never with another text than they began with', async () => {
    await office.write({
      branch: 'other',
      author: 'ana',
      files: { 'runbooks/other.md': '---\ntitle: Another\n---\n```sh step=a on=host/web-01\ntrue\n```\n' },
    })
    office.desk.git('switch', '--quiet', 'other')
    expect(await refused('runbook', 'run', 'other', ...as('ana'))).toContain('there is no runbook or article "other"')
    await office.must(['runbook', 'run', 'other', '--unmerged', ...as('ana')])
    office.desk.git('switch', '--quiet', 'main')
    const begun = ['--runbook', 'quiet', '--steps', 'note', '--digest', 'sha256:of-another-text', '--json']
    const { id } = JSON.parse(await office.must(['runbook-run', 'new', 'Write something', ...begun, ...as('cleo')]))
    const resumed = await refused('runbook', 'resume', id, '--input', 'host=web-01', ...as('cleo'))
    expect(resumed).toContain('are others than those of')
  })

  it('fulfil requests: with what was answered, and not where a person has to confirm', async () => {
    const ask = async (...argv: string[]) =>
      (JSON.parse(await office.must(['request', 'new', ...argv, '--json', ...as('ana')])) as DeclaredRecord).id
    const done = await ask('quiet', '--set', 'host=web-02')
    const asking = await ask('asking')
    await office.must(['work', '--once'])
    await office.must(['work', '--once'])
    const fulfilled = await shown('request', done)
    expect(fulfilled).toMatchObject({ state: 'fulfilled', fields: { result: 'note on web-02: done\nnoted' } })
    expect(fulfilled.links).toMatchObject([{ relation: 'fulfilled-by', to: expect.stringMatching(/^RUN-/) }])
    const held = await shown('request', asking)
    expect([held.state, held.log.at(-1)?.text]).toEqual([
      'waiting',
      expect.stringContaining('wants a person to confirm it'),
    ])
  })

  it('are told how useful they are, and that stands in the report', async () => {
    await office.must(['knowledge', 'feedback', 'how', 'stale', '-m', 'it is moved at noon', ...as('ben')])
    expect(await refused('knowledge', 'feedback', 'how', 'lovely', ...as('ben'))).toContain('helpful, unhelpful, stale')
    const report = JSON.parse(await office.must(['report', 'knowledge', '--json'])) as { data?: unknown }
    expect(JSON.stringify(report)).toContain('to be brought up to date')
    await office.must(['audit', 'verify'])
  })

  it('whose steps were merged past their approval are run as they were agreed to', async () => {
    await office.write({
      branch: 'sneaky',
      author: 'ben',
      files: { 'runbooks/quiet.md': files['runbooks/quiet.md'].replace('echo noted', 'echo noted sneakily') },
    })
    office.merge('sneaky')
    const ran = await office.must(['runbook', 'run', 'quiet', '--input', 'host=web-01', '--json', ...as('cleo')])
    expect(ran).toContain('"output": "noted"')
  })
})
