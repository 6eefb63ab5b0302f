import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Block, type Cell, linksBy, type Page } from './page.ts'
import { pageHtml } from './page-html.ts'
import { pageMarkdown } from './page-markdown.ts'
import { tableCsv } from './table-csv.ts'

/** Texts of commits and hosts are strangers' texts: nothing they say may become more than text. */

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</style><script>alert(1)</script>',
  '<!-- --><iframe src="http://evil.example">',
  '&lt;b&gt; &amp; already escaped',
  '![x](http://evil.example/track.png) [y](javascript:alert(1))',
  '| a | b |\n| --- | --- |',
  '# heading\n\n- list\n```\ncode',
  '`code` **bold** _it_ ~~gone~~ <https://evil.example> https://evil.example www.evil.example @team',
  'https://evil.example/\u202egnp.exe',
  'bell \u0007 escape \u001b[31m red, zero width \u200b',
]
const formulas = [
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '＝1',
  "=cmd|' /C calc'!A0",
  '"=1',
  'a\nb',
  'a,b',
  'a"b',
  '',
]

const commit = 'abcdef0123456789abcdef0123456789abcdef01'
const table = (...rows: readonly (readonly Cell[])[]): Block => ({
  kind: 'table',
  caption: 'what',
  head: ['one', 'two'],
  rows,
  empty: 'none',
})
const pageOf = (text: string, ...more: readonly Block[]): Page => ({
  title: text,
  subtitle: text,
  verdict: { tone: 'bad', headline: text, lines: [text] },
  sections: [
    {
      heading: text,
      blocks: [
        { kind: 'text', text },
        { kind: 'code', text },
        { kind: 'facts', facts: [[text, text]] },
        {
          kind: 'part',
          heading: text,
          blocks: [table([text, [text, { mark: text, tone: 'good' }, { commit: text }]])],
        },
        ...more,
      ],
    },
  ],
  foot: text,
})

/** Tags of a page with the names of their attributes, but for those that long words are broken by. */
const tags = (html: string): readonly string[] => [
  ...new Set(
    [...html.replaceAll(/<span class="long">([^<]*)<\/span>/g, '$1').matchAll(/<[^>]*>/g)].map(([tag]) =>
      tag.replaceAll(/"[^"]*"/g, '""'),
    ),
  ),
]

describe('as HTML', () => {
  it.each(hostile)('%j stays text', async (text) => {
    const page = await pageHtml(pageOf(text), linksBy('https://git.example.org/{commit}'))
    // The same tags and attributes as for a harmless text: nothing was opened, nothing was closed.
    expect(tags(page)).toEqual(tags(await pageHtml(pageOf('plain'), linksBy(undefined))))
    expect(page).not.toMatch(/<(?:script|img|iframe|link|object|form)/i)
    expect(page).not.toMatch(/[\u0000-\u0008\u001b\u200b\u202a-\u202e]/)
  })

  it('fetches nothing, runs nothing, and says its language', async () => {
    const page = await pageHtml(pageOf('x'), linksBy('https://git.example.org/{commit}'))
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/)
    expect(page).not.toMatch(/\s(?:src|srcset)=|@import|url\(/)
    expect(page).toContain("default-src 'none'")
    // Headings follow one another without a gap; every table has a caption, and heads that say what they are of.
    expect([...page.matchAll(/<h(\d)/g)].map(([, level]) => level)).toEqual(['1', '2', '3'])
    for (const [table] of page.matchAll(/<table[\s\S]*?<\/table>/g)) {
      expect(table).toContain('<caption>')
      expect(table).not.toMatch(/<th(?! scope)(?!ead)/)
    }
  })

  it('links commits by a web address only, and leaves other ids as they are', async () => {
    const block = table(['a', [{ commit }, { commit: 'not-a-commit" onclick="x' }]])
    const linked = await pageHtml(pageOf('x', block), linksBy('https://git.example.org/c/{commit}?a=1&b=2'))
    expect(linked).toContain(`<a href="https://git.example.org/c/${commit}?a=1&amp;b=2"`)
    expect([...linked.matchAll(/href="(?!#)/g)]).toHaveLength(1)
    for (const template of ['javascript:alert("{commit}")', 'data:text/html,{commit}', 'https://x.example/', undefined])
      expect(await pageHtml(pageOf('x', block), linksBy(template))).not.toMatch(/href="(?!#)/)
  })

  it('whatever the text is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        const page = await pageHtml(pageOf(`x${text}`), linksBy(undefined))
        expect(tags(page)).toEqual(tags(await pageHtml(pageOf('plain'), linksBy(undefined))))
      }),
      { numRuns: 50 },
    )
  })
})

describe('as Markdown', () => {
  it.each(hostile)('%j stays text in its cell', (text) => {
    const markdown = pageMarkdown(pageOf(text), linksBy(undefined))
    const outside = markdown.replaceAll(/^(`{3,})\n[\s\S]*?\n\1$/gm, '').replaceAll('<br>', '')
    const lines = outside.split('\n')
    const row = lines[lines.findIndex((line) => line.startsWith('| --- ')) + 1] ?? ''
    // Unescaped bars are the table's own.
    expect([...row.matchAll(/(?<!\\)\|/g)]).toHaveLength(3)
    expect(outside).not.toContain('<')
    expect(outside).not.toMatch(/(?<!\\)!?(?<!\\)\[[^\]]*(?<!\\)\]\(/)
    expect(outside).not.toMatch(/https?:\/\/|www\./)
    expect(lines.filter((line) => /^#+ /.test(line))).toHaveLength(3)
  })

  it('keeps code in a fence that it can not leave', () => {
    const markdown = pageMarkdown(pageOf('a\n```\n# b\n````'), linksBy(undefined))
    expect(markdown).toMatch(/^`{5}\na\n```\n# b\n````\n`{5}$/m)
  })

  it('links commits', () => {
    const markdown = pageMarkdown(
      pageOf('x', table(['a', [{ commit }]])),
      linksBy('https://git.example.org/c/{commit}'),
    )
    expect(markdown).toContain(`[abcdef012345](<https://git.example.org/c/${commit}>)`)
  })
})

describe('as comma-separated values', () => {
  /** A reader after RFC 4180. */
  const read = (csv: string): readonly (readonly string[])[] =>
    csv
      .replace(/^\ufeff/, '')
      .split('\r\n')
      .slice(0, -1)
      .map((line) =>
        [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
          ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '',
        ),
      )

  it.each(formulas)('%j is no formula, and comes back', (text) => {
    const [, row = []] = read(tableCsv(['a', 'b', 'c'], [['x', text, 'y']]))
    expect(row).toHaveLength(3)
    const [, cell = ''] = row
    expect(cell).not.toMatch(/^[=+\-@\t\r＝＋－＠]/)
    expect(cell.replace(/^'/, '')).toBe(text.replaceAll('\t', '\\u{9}').replaceAll('\r', '\\u{d}'))
  })
})
