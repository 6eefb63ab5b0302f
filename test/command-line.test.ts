import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateKeyPair } from '../engine/adapters/signing/key-pair.ts'
import { reflow } from '../engine/cli/helpful-command.ts'
import { type Desk, openDesk } from './cli.ts'

let desk: Desk
beforeAll(async () => {
  desk = openDesk()
  const made = await desk.run('init')
  expect(made).toMatchObject({ status: 0, err: '', out: expect.stringContaining('The ledger is not started') })
})
afterAll(() => desk.close())

describe('init', () => {
  it('starts the ledger only when there are two people who could sign, and once', async () => {
    expect(await desk.run('approve')).toMatchObject({ status: 1, err: expect.stringContaining('[no-ledger]') })
    const people = ['ana', 'ben'].map(
      (name) =>
        `apiVersion: plumbline/v1\nkind: Person\nmetadata: { name: ${name} }\nspec: { fullName: ${name}, email: ${name}@example.org, sshKeys: [{ key: ${generateKeyPair().publicKey} }] }\n`,
    )
    desk.write('inventory/colleagues.yaml', people.join('---\n'))
    desk.commit('Colleagues')
    expect((await desk.run('init')).out).toContain('ledger started, rule one-independent')
    expect((await desk.run('init')).out).toContain('ledger there already')
  })
})

describe('explain', () => {
  it('lists the kinds, explains one and a field of it, with --json too', async () => {
    expect((await desk.run('explain')).out).toMatch(/^infrastructure +Host +A machine/m)
    expect((await desk.run('explain', 'host.ssh.port')).out).toMatch(/^Host\.ssh\.port[\s\S]*default +22/)
    expect(JSON.parse((await desk.run('explain', 'Host', '--json')).out)).toMatchObject({ kind: 'Host' })
  })

  it('suggests what was meant', async () => {
    expect(await desk.run('explain', 'Hots')).toMatchObject({ status: 1, err: expect.stringContaining('mean Host?') })
    expect((await desk.run('explain', 'Host.adress')).err).toContain('did you mean Host.address?')
  })
})

describe('explain plan', () => {
  it('tells the order on a host, what each thing waits for and where it is declared', async () => {
    const desk = openDesk()
    try {
      await desk.run('init')
      desk.write(
        'inventory/one.yaml',
        `apiVersion: plumbline/v1
kind: Environment
metadata: { name: lab }
spec: { rollout: at-once }
---
apiVersion: plumbline/v1
kind: Rollout
metadata: { name: at-once }
spec: {}
---
apiVersion: plumbline/v1
kind: Host
metadata: { name: one }
spec: { address: 192.0.2.1, environment: lab }
---
apiVersion: plumbline/v1
kind: Profile
metadata: { name: web }
spec:
  selector: { all: true }
  resources:
    - service: { name: web, running: true, restartOn: ["file:/etc/web/conf"] }
    - file: { path: /etc/web/conf, content: "x", requires: ["package:other"] }
    - package: { name: other }
    - package: { name: web }
`,
      )
      const explained = await desk.run('explain', 'plan', '--host', 'one', '--json')
      const { hosts } = JSON.parse(explained.out)
      expect(hosts[0].steps.map((s: { resource: string }) => s.resource)).toEqual([
        'package:other',
        'package:web',
        'file:/etc/motd',
        'file:/etc/web/conf',
        'service:web',
      ])
      expect(hosts[0].steps[3].after).toEqual([
        { resource: 'package:other', because: 'written' },
        { resource: 'package:web', because: 'known' },
      ])
      const { out } = await desk.run('explain', 'plan')
      expect(out).toContain('after package:web (2), which nobody had to write')
      expect(out).toContain('restarts when file:/etc/web/conf (4) changes')
      expect(out).toContain('from Profile/web at inventory/one.yaml:')
      expect(await desk.run('explain', 'plan', '--host', 'two')).toMatchObject({ status: 1, out: '' })
      expect((await desk.run('explain', 'plan', 'gone.json')).err).toContain('there is no saved plan gone.json')
    } finally {
      desk.close()
    }
  })
})

describe('a kind of the estate’s own', () => {
  const schema = `title: Tree
description: A tree on the grounds.
type: object
additionalProperties: false
required: [height]
properties:
  height: { description: In metres., type: number, minimum: 0 }
  planter: { description: Who planted it., type: string, ref: Person }
examples: [{ height: 3 }]
`
  const oak = (spec: string) => `apiVersion: plumbline/v1\nkind: Tree\nmetadata: { name: oak }\nspec: ${spec}\n`

  it('is checked, linked, listed and explained as any other', async () => {
    desk.write('schemas/grounds/Tree.yaml', schema)
    desk.write('inventory/trees.yaml', oak('{ height: tall, planter: nobody-here }'))
    const wrong = await desk.run('validate', '--json')
    expect(wrong.status).toBe(1)
    expect(JSON.parse(wrong.out).diagnostics).toMatchObject([
      { code: 'schema', file: 'inventory/trees.yaml', line: 4 },
      { code: 'dangling-reference', file: 'inventory/trees.yaml', line: 4 },
    ])
    desk.write('inventory/trees.yaml', oak('{ height: 7 }'))
    expect(await desk.run('validate')).toMatchObject({ status: 0 })
    expect((await desk.run('get', 'tree')).out).toContain('inventory/trees.yaml:1')
    expect((await desk.run('explain', 'Tree.height')).out).toContain('In metres.')
  })

  it('that can not be compiled is a finding at its place', async () => {
    desk.write('schemas/grounds/Tree.yaml', schema.replace('title: Tree', 'title: Bush'))
    const { status, out } = await desk.run('validate', '--json')
    expect(status).toBe(1)
    expect(JSON.parse(out).diagnostics).toContainEqual(
      expect.objectContaining({ code: 'schema-invalid', file: 'schemas/grounds/Tree.yaml', line: 1 }),
    )
    desk.write('schemas/grounds/Tree.yaml', schema)
  })
})

describe('schemas', () => {
  it('writes them, and adds to the settings of an editor', async () => {
    desk.write('.vscode/settings.json', '{ "editor.tabSize": 2, "yaml.schemas": { "mine.json": "mine/*.yaml" } }')
    expect(await desk.run('schemas')).toMatchObject({ status: 0, err: '' })
    const settings = JSON.parse(desk.read('.vscode/settings.json'))
    expect(settings).toMatchObject({ 'editor.tabSize': 2, 'yaml.schemas': { 'mine.json': 'mine/*.yaml' } })
    expect(Object.keys(settings['yaml.schemas'])).toContain('./.plumbline/schemas/document.json')
    expect(JSON.parse(desk.read('.plumbline/schemas/Tree.json'))).toMatchObject({ title: 'Tree' })
  })

  it('leaves settings alone that it can not read, and says so', async () => {
    desk.write('.vscode/settings.json', '{ // mine\n}')
    expect((await desk.run('schemas')).err).toContain('[settings-left]')
    expect(desk.read('.vscode/settings.json')).toBe('{ // mine\n}')
  })

  it('prints one schema that is complete in itself', async () => {
    const { out } = await desk.run('schemas', '--json')
    const ajv = new Ajv2020({ strict: false, allErrors: true })
    formats.default(ajv)
    const validate = ajv.compile(JSON.parse(out))
    const document = { apiVersion: 'plumbline/v1', kind: 'Tree', metadata: { name: 'oak' } }
    expect(validate({ ...document, spec: { height: 3 } })).toBe(true)
    expect(validate({ ...document, spec: { height: 'tall' } })).toBe(false)
  })
})

describe('plan', () => {
  it('says what is not committed and so not in it', async () => {
    desk.commit('Trees')
    expect(await desk.run('plan')).toMatchObject({ status: 0, err: '' })
    desk.write('inventory/trees.yaml', '')
    desk.write('notes.txt', 'not of the estate')
    const { status, out, err } = await desk.run('plan', '--json')
    expect(status).toBe(0)
    expect(JSON.parse(out).actions).toEqual([])
    expect(err).toContain('[uncommitted-changes] not in this plan, for they are not committed: inventory/trees.yaml\n')
  })
})

describe('help', () => {
  it('groups every command under a heading', async () => {
    const { status, out } = await desk.run('--help')
    expect(status).toBe(0)
    const headings = [
      'Begin:',
      'Describe and check:',
      'Change hosts:',
      'Records of what happens:',
      'On a forge:',
      'Look at hosts:',
      'Look back:',
    ]
    expect(out.match(/^\S.*:$/gm)).toEqual(['Options:', ...headings, 'A first look:'])
  })

  it('sets prose for a narrow terminal and leaves examples as they are to be typed', () => {
    const text = reflow('\nOne sentence that is long.\nAnother one.\n\nExamples:\n  plumbline plan --host web-01', 20)
    expect(text).toBe('\nOne sentence that is\nlong. Another one.\n\nExamples:\n  plumbline plan --host web-01')
  })
})

describe('watch', () => {
  it('ends where there is no host to watch', async () => {
    expect(await desk.run('watch')).toMatchObject({ status: 0, out: expect.stringContaining('0 hosts held against') })
  })
})

describe('wrong use', () => {
  it.each([
    [['nope'], 64, /unknown command/],
    [['pln'], 64, /Did you mean plan\?/],
    [['plan', '--jsn'], 64, /--json/],
    [['show'], 64, /missing required argument 'change'\nsee plumbline show --help/],
    [['release', 'cut', '--nope'], 64, /see plumbline release cut --help/],
    [['log', '--since', '2026-02-30'], 64, /It takes a date such as/],
    [['dora', '--from', '2026-02-30'], 1, /2026-02-30 is no date/],
    [['break-glass', '--reason', 'x', '--incident', 'y', '--for', 'ever'], 64, /such as 2h, 90m or PT90M/],
    [['rollback'], 64, /name the changes to take back/],
    [['log', '--limit', 'many'], 64, /whole number/],
    [['log', '--state', 'done'], 64, /Allowed choices are proposed/],
    [['baseline', 'show'], 64, /baseline show NAME/],
    [['get', 'Persn', 'the-one-in-the-cellar'], 1, /did you mean Person\?/],
    [['plan', 'no-such-branch'], 1, /\[commit-missing\]/],
    [['plan', '--host', 'nope'], 1, /there is no host nope/],
    [['get', 'Persn'], 1, /did you mean Person\?/],
    [['get', 'Person/nobody'], 1, /\[document-unknown\]/],
    [['get', 'Person', '--commit', 'no-such-branch'], 1, /\[commit-missing\]/],
    [['validate', 'no-such-folder'], 1, /there is no folder/],
    [['get', '-l', 'role=web', 'Persn'], 1, /did you mean Person\?/],
    [['show', 'CHG-2026-00099'], 1, /\[change-unknown\]/],
    [['blame', 'nope'], 1, /\[document-unknown\]/],
    [['audit', 'verify', '--allowed-signers', 'no-such-file'], 1, /\[file-missing\]/],
    [['audit', 'verify', '--witness', 'HEAD'], 1, /HEAD is no full commit id/],
    [['plan', '-o', 'no/such/folder/plan.json'], 1, /\[file-unwritable\]/],
    [['approve', 'package.json'], 1, /\[plan-invalid\]/],
    [['approve', 'no-such-plan.json'], 1, /\[file-missing\] there is no saved plan no-such-plan.json/],
  ])('%j exits %i and says why', async (argv, status, why) => {
    const ran = await desk.run(...argv)
    expect(ran).toMatchObject({ status, out: '', err: expect.stringMatching(why) })
  })
})

it('does not let the wrong key approve', async () => {
  desk.write('stranger', generateKeyPair().privateKey)
  expect(await desk.run('approve', '--key', 'stranger')).toMatchObject({ status: 1 })
})
