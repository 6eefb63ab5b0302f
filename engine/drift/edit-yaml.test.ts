import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments, stringify } from 'yaml'
import type { Json, JsonObject, JsonPath } from '../model/document.ts'
import { editYaml, type YamlEdit } from './edit-yaml.ts'

const profile = `# Who may see this file
apiVersion: plumbline/v1
kind: Profile
metadata: { name: web, owner: team/operations } # ours
spec:
  selector: { labels: { role: web } }
  resources:
    # greeting
    - file:
        path: /etc/motd # shown at login
        content: |
          Hello,
            world.

        mode: "0644" # everybody reads it

    - user: { login: ana, groups: [adm, sudo], shell: '/bin/bash' } # on call
    # the last one
    - file: { path: /etc/issue, content: "Mind the gap.\\n" }
---
kind: Other # untouched
`

const at = (...path: JsonPath): JsonPath => ['spec', 'resources', ...path]

function edited(text: string, ...edits: readonly YamlEdit[]): string {
  const done = editYaml(text, 0, edits)
  if ('refused' in done) throw new Error(done.refused)
  return done.text
}

/** Lines that one text has and the other has not. */
function difference(a: string, b: string): { gone: string[]; come: string[] } {
  const [before, after] = [a.split('\n'), b.split('\n')]
  return { gone: before.filter((l) => !after.includes(l)), come: after.filter((l) => !before.includes(l)) }
}

describe('editYaml', () => {
  it('writes a value in the style of the one before, and leaves the comment beside it', () => {
    const text = edited(
      profile,
      { path: at(0, 'file', 'mode'), set: '0600' },
      { path: at(1, 'user', 'shell'), set: '/bin/sh' },
    )
    expect(difference(profile, text)).toEqual({
      gone: [
        '        mode: "0644" # everybody reads it',
        "    - user: { login: ana, groups: [adm, sudo], shell: '/bin/bash' } # on call",
      ],
      come: [
        '        mode: "0600" # everybody reads it',
        "    - user: { login: ana, groups: [adm, sudo], shell: '/bin/sh' } # on call",
      ],
    })
  })

  it('keeps a text of several lines a block, with its indentation and the empty line below', () => {
    const text = edited(profile, { path: at(0, 'file', 'content'), set: 'Hello,\n\tyou.\n\nBye\n' })
    expect(text).toContain(
      '        content: |\n          Hello,\n          \tyou.\n\n          Bye\n\n        mode: "0644"',
    )
    expect(difference(profile, text).gone).toEqual(['            world.'])
  })

  it.each([
    ['no line feed at its end', 'Hello'],
    ['several line feeds at its end', 'Hello\n\n\n'],
    ['spaces before', '  Hello\n'],
    ['what no block can hold', 'a\rb\u0007\n'],
    ['nothing', ''],
    ['trailing blanks', 'a \nb\t\n'],
    ['a document mark', '---\n...\n# no comment\n'],
  ])('finds a way for a text with %s', (_, content) => {
    const text = edited(profile, { path: at(0, 'file', 'content'), set: content })
    expect(parseAllDocuments(text)[0]?.getIn(at(0, 'file', 'content'))).toBe(content)
    expect(text).toContain('# everybody reads it')
  })

  it('adds a key behind the last one, in lines and on one line', () => {
    const text = edited(
      profile,
      { path: at(0, 'file', 'owner'), set: 'ana' },
      { path: at(2, 'file', 'mode'), set: '0600' },
    )
    expect(text).toContain('        mode: "0644" # everybody reads it\n        owner: ana\n\n    - user:')
    expect(text).toContain('- file: { path: /etc/issue, content: "Mind the gap.\\n", mode: "0600" }\n---')
  })

  it.each([
    ['spec:\n  address: { from: prefix/p } # ours\n', 'spec:\n  address: "10.0.0.1" # ours\n'],
    ['spec:\n  address:\n    from: prefix/p\n  site: ams1\n', 'spec:\n  address: "10.0.0.1"\n  site: ams1\n'],
    ['spec:\n  address: # ours\n    from: prefix/p\n', 'spec:\n  address: # ours\n    "10.0.0.1"\n'],
  ])('writes a value in the place of a map: %j', (before, after) => {
    expect(edited(before, { path: ['spec', 'address'], set: '10.0.0.1' })).toBe(after)
  })

  it('takes items and keys out with their lines and touches nothing else', () => {
    const text = edited(profile, { path: at(1), remove: true }, { path: at(0, 'file', 'mode'), remove: true })
    expect(difference(profile, text)).toEqual({
      gone: [
        '        mode: "0644" # everybody reads it',
        "    - user: { login: ana, groups: [adm, sudo], shell: '/bin/bash' } # on call",
      ],
      come: [],
    })
  })

  it('changes lists item by item', () => {
    const text = edited(profile, { path: at(1, 'user', 'groups'), set: ['sudo', 'www-data'] })
    expect(text).toContain('groups: [sudo, www-data], shell')
    const lines = 'spec:\n  groups: # who\n    - adm # reads logs\n    - sudo # for now\n  next: 1\n'
    expect(edited(lines, { path: ['spec', 'groups'], set: ['adm', 'lp'] })).toBe(
      'spec:\n  groups: # who\n    - adm # reads logs\n    - lp\n  next: 1\n',
    )
  })

  it('empties a list whose last item goes', () => {
    const text = 'spec:\n  resources:\n    - package: { name: nginx } # the only one\n'
    expect(parse(edited(text, { path: ['spec', 'resources', 0], remove: true }))).toEqual({ spec: { resources: [] } })
  })

  it('refuses what stands elsewhere: aliases, and anchors that others use', () => {
    const text = 'spec:\n  a: &mode "0644"\n  b: *mode\n'
    expect(editYaml(text, 0, [{ path: ['spec', 'a'], set: '0600' }])).toHaveProperty('refused')
    expect(editYaml(text, 0, [{ path: ['spec', 'b'], set: '0600' }])).toHaveProperty('refused')
    expect(editYaml('a: [', 0, [{ path: ['a'], set: 1 }])).toHaveProperty('refused')
    expect(editYaml('a: 1\n', 1, [{ path: ['a'], set: 1 }])).toHaveProperty('refused')
  })

  it('gives exactly the document that was meant, and keeps every comment, whatever is written', () => {
    const text = fc.string({
      unit: fc.constantFrom(
        'a',
        'é',
        ' ',
        '#',
        ':',
        '-',
        '"',
        "'",
        '\n',
        '\t',
        '{',
        ']',
        ',',
        '&',
        '*',
        '|',
        '\\',
        '0',
      ),
      maxLength: 30,
    })
    const value = fc.oneof(text, fc.boolean(), fc.integer(), fc.array(text, { maxLength: 3 }))
    const fields = fc.dictionary(fc.constantFrom('content', 'mode', 'groups', 'shell'), value)
    const style = fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED' as const)
    fc.assert(
      fc.property(fields, fields, fields, style, fc.nat(2), (before, other, after, defaultStringType, index) => {
        const items = [before, other, before].map((spec) => ({ file: { path: '/etc/x', ...spec } }))
        const body = stringify(
          { spec: { resources: items } },
          { defaultStringType, aliasDuplicateObjects: false, defaultKeyType: 'PLAIN', lineWidth: 0 },
        )
        const noted = `# first\n${body.replace(/^( +)- file:$/gm, '$1# about the next\n$1- file: # here')}# last\n`
        const wanted = { path: '/etc/x', ...after } as JsonObject
        const done = editYaml(noted, 0, [{ path: ['spec', 'resources', index, 'file'], set: wanted }])
        if ('refused' in done) throw new Error(`${done.refused}\n${noted}`)
        const there: { spec: { resources: Json[] } } = parse(noted)
        const resources = there.spec.resources.map((item, i) => (i === index ? { file: wanted } : item))
        expect(parse(done.text)).toEqual({ spec: { resources } })
        for (const comment of ['# first', '# last']) expect(done.text).toContain(comment)
        expect(done.text.split('# about the next')).toHaveLength(4)
        expect(done.text.split('- file: # here')).toHaveLength(4)
      }),
      { numRuns: 200 },
    )
  })
})
