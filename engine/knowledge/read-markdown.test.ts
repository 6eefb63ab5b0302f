import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMarkdown } from './read-markdown.ts'

const front = '---\ntitle: a\n---\n'

describe('readMarkdown', () => {
  it('reads steps as they stand: what is quoted is taken letter by letter', () => {
    const text = `${front}# Look\n\n1. First\n\n   \`\`\`sh step=look on="host/web-01 service/shop role=web" as=postgres expect="^\\d+\\.\\"x\\" *$" confirm="Is it quiet?" timeout=60 status=3 undo=back\n   echo '\`'\n   \`\`\`\n\n~~~~bash step=back on=input/host\nls\n~~~~\n`
    expect(readMarkdown(text)).toMatchObject({
      findings: [],
      fields: {
        steps: [
          {
            ...{ name: 'look', title: 'Look', line: 8, language: 'sh', script: "echo '`'", as: 'postgres' },
            ...{ hosts: ['web-01'], services: ['shop'], labels: { role: 'web' }, confirm: 'Is it quiet?' },
            ...{ expect: '^\\d+\\."x" *$', timeout: 60, status: 3, undo: 'back' },
          },
          { name: 'back', language: 'bash', script: 'ls', inputs: ['host'] },
        ],
      },
    })
  })

  it('knows the names of documents in links and code, and nothing else', () => {
    const text = `${front}\`host/web-01\` [a](plumbline:team/t) [b](https://example.org/a/b) \`rm -rf /\` host/web-02\n\n\`\`\`sh\nhost/web-03\n\`\`\`\n`
    expect(readMarkdown(text).fields['mentions']).toEqual([
      { address: 'host/web-01', line: 4 },
      { address: 'team/t', line: 4 },
    ])
  })

  it('takes whatever it is given', () => {
    const piece = fc.constantFrom(
      ...[
        '> ',
        '- ',
        '1. ',
        '```sh step=a',
        '~~~',
        '```',
        '\n',
        '\n\n',
        '    ',
        '[a](',
        ')',
        '![',
        '](',
        '<',
        '>',
        '*',
        '_',
      ],
      ...[
        '`',
        '\\',
        '&amp;',
        '# ',
        'on=',
        '"',
        'host/a',
        '---',
        '\r\n',
        '\t',
        '\0',
        '|',
        '__proto__',
        ' step=__proto__=x',
      ],
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (parts) => {
        const { fields, findings } = readMarkdown(front + parts.join(''))
        expect(findings.every((f) => f.offset >= 0)).toBe(true)
        JSON.stringify(fields)
      }),
      { numRuns: 100 },
    )
  })

  it.each([
    ['brackets', '['.repeat(3_000)],
    ['stars', '*a '.repeat(3_000)],
    ['links', '[a](<'.repeat(2_000)],
    ['ticks', Array.from({ length: 200 }, (_, i) => '`'.repeat(i)).join(' ')],
    ['lists', Array.from({ length: 100 }, (_, i) => `${' '.repeat(i * 2)}- a`).join('\n')],
    ['emphasis in emphasis', `${'*a **b '.repeat(1_000)}${'** *'.repeat(1_000)}`],
  ])('is not held up by %s', (_what, text) => {
    expect(readMarkdown(front + text).fields['text'] ?? '').toBeTypeOf('string')
  })
})
