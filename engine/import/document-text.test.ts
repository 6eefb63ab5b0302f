import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Json, JsonObject } from '../model/document.ts'
import { hostText, profileText } from './document-text.ts'

const profile = (resources: readonly { type: string; spec: JsonObject }[]) =>
  profileText({
    name: 'web-01',
    about: ['What web-01 has.'],
    selector: { hosts: ['web-01'] },
    resources: resources.map((r) => ({ ...r, name: '' })),
  })

describe('documents that import writes', () => {
  it('are as a person would write them', () => {
    const text = profile([
      { type: 'package', spec: { name: 'nginx' } },
      { type: 'package', spec: { name: 'redis', version: '7.0' } },
      { type: 'user', spec: { login: 'ana', uid: 1501, groups: ['sudo', 'a, b'] } },
      { type: 'file', spec: { path: '/etc/motd', content: 'Hello\n\n  you: # there\n', mode: '0600' } },
      {
        type: 'sudoRule',
        spec: {
          name: 'x',
          subjects: ['ana'],
          commands: Array.from({ length: 5 }, (_, i) => `/usr/bin/systemctl restart shop-${i}.service`),
        },
      },
    ])
    expect(text).toBe(`# What web-01 has.
apiVersion: plumbline/v1
kind: Profile
metadata: { name: web-01 }
spec:
  selector: { hosts: [web-01] }
  resources:
    # Packages that somebody asked for
    - package: { name: nginx }
    - package: { name: redis, version: "7.0" }

    # Accounts
    - user: { login: ana, uid: 1501, groups: [sudo, "a, b"] }

    # Files
    - file:
        path: /etc/motd
        content: |
          Hello

            you: # there
        mode: "0600"

    # Who may become somebody else
    - sudoRule:
        name: x
        subjects: [ana]
        commands:
          - /usr/bin/systemctl restart shop-0.service
          - /usr/bin/systemctl restart shop-1.service
          - /usr/bin/systemctl restart shop-2.service
          - /usr/bin/systemctl restart shop-3.service
          - /usr/bin/systemctl restart shop-4.service
`)
  })

  it('say what a host calls itself on a line of its own, whatever that is', () => {
    const text = hostText({
      name: 'x',
      about: ['x\nkind: Evil', ''],
      labels: { role: 'web' },
      spec: { address: '::1' },
    })
    expect(text).toBe(
      '# x kind: Evil\n#\napiVersion: plumbline/v1\nkind: Host\nmetadata: { name: x, labels: { role: web } }\nspec:\n  address: ::1\n',
    )
  })

  it.each([
    'x\n\n',
    'x\n\n\n',
    '\n',
    'x',
    'x\n',
    'x\n\ny\n\n',
  ])('keep the end of %j before another section', (content) => {
    const resources = [
      { type: 'file', spec: { path: '/etc/x', content, owner: 'somebody-with-a-long-name-so-that-it-does-not-fit' } },
      { type: 'unit', spec: { name: 'own.service', content } },
    ]
    const read = parse(profile(resources)) as { spec: { resources: unknown } }
    expect(read.spec.resources).toEqual(resources.map(({ type, spec }) => ({ [type]: spec })))
  })

  it('are read as what was meant, whatever stands in them', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc
        .array(
          fc.constantFrom(
            '\n',
            '  ',
            '- ',
            ': ',
            '# ',
            '|',
            '>',
            "'",
            '"',
            '\\',
            '\t',
            'a',
            '{',
            ',',
            '0755',
            'yes',
            '~',
            '---',
          ),
        )
        .map((parts) => parts.join('')),
    )
    const value: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        text,
        fc.integer(),
        fc.boolean(),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(text, tie('value'), { maxKeys: 4 }),
      ),
    })).value
    const spec = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), value, {
      minKeys: 1,
      maxKeys: 4,
    }) as fc.Arbitrary<JsonObject>
    fc.assert(
      fc.property(fc.array(spec, { maxLength: 4 }), (specs) => {
        const written = profile(specs.map((s) => ({ type: 'thing', spec: s })))
        expect(parse(written).spec.resources).toEqual(specs.map((s) => ({ thing: s })))
      }),
      { numRuns: 300 },
    )
  })
})
