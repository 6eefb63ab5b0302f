/** What strangers try: for tests that put it everywhere and look at what a reader of Markdown makes of it. */
import fc from 'fast-check'
import MarkdownIt, { type Token } from 'markdown-it'

const fragments = [
  '@admin',
  'x @org/team y',
  '![x](https://evil.example/a.png)',
  '[click](https://evil.example)',
  '[x]: https://evil.example',
  '<img src=x onerror=alert(1)>',
  '<a href="https://evil.example">x</a>',
  '<https://evil.example>',
  '<a@evil.example>',
  '</details>',
  '<details>',
  '</summary>',
  '</code>',
  '</sub>',
  '<!--',
  '-->',
  '<!-- plumbline:plan -->',
  '<!-- plumbline:planned base=0 head=0 -->',
  '```',
  '````diff',
  '~~~',
  '`',
  '``',
  '|',
  '\\|',
  '\\',
  '| --- | --- |',
  '\n',
  '\n\n',
  '\r\n',
  '\n# heading',
  '\n---\n',
  '\n===\n',
  '\n- [ ] task',
  '\n> quote',
  '\n1. one',
  '    code',
  '\t',
  'https://evil.example/x',
  'HTTP://evil.example',
  'ftp://evil.example',
  'www.evil.example',
  'someone@evil.example',
  '#1',
  'org/repo#1',
  'GH-1',
  '**',
  '__',
  '~~',
  '$x$',
  '[^1]',
  '&lt;img&gt;',
  '&#64;admin',
  '\u202e',
  '\u200b',
  '\u0000',
  '\u001b[31m',
  '\u2028',
  '\ud800',
  '::set-output name=x::y',
  '"]; click n0 "https://evil.example"',
  '%%{init: {}}%%',
  'ordinary words',
  'näme',
  '🏳️‍🌈',
  '',
] as const

/** A name, title or text of somebody who means no good. */
export const hostile: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(...fragments), fc.string({ maxLength: 6, unit: 'binary' })), { maxLength: 5 })
  .map((parts) => parts.join(''))

const md = new MarkdownIt({ html: true, linkify: true })
const allowedTags = /^(<details>|<\/details>|<summary>|<\/summary>|<br>|<code>|<\/code>|<sub>|<\/sub>)$/
const ours = ['https://github.com/lantern/estate/']

/** Everything about a text that its writer did not mean; empty where all is well. `marker` is what it begins with. */
export function misread(body: string, marker = ''): readonly string[] {
  const tokens = md.parse(body, {})
  const flat = tokens.flatMap((t) => [t, ...(t.children ?? [])])
  const html = flat.filter((t) => t.type === 'html_block' || t.type === 'html_inline').map((t) => t.content)
  const texts = flat.filter((t) => t.type === 'text').map((t) => t.content)
  const problems: string[] = []
  const found = (what: string, where: string): void =>
    void problems.push(`${what}: ${JSON.stringify(where.slice(0, 200))}`)

  if (!body.startsWith(marker)) found('does not begin with its marker', body)
  if (body.slice(marker.length).includes('<!--') && !insideCode(tokens, '<!--', body)) found('a comment of HTML', body)
  if (/<!--\s*plumbline/i.test(body.slice(marker.length))) found('a marker in the text', body)
  for (const piece of html) {
    const rest = piece.startsWith(marker) ? piece.slice(marker.length) : piece
    for (const [tag] of rest.matchAll(/<[^>]*>?/g)) if (!allowedTags.test(tag)) found('HTML', tag)
    for (const text of rest.split(/<[^>]*>/)) problems.push(...inText(decoded(text)))
  }
  for (const text of texts) problems.push(...inText(text))
  let open = 0
  for (const [tag] of html.join('\n').matchAll(/<\/?details>/g)) {
    open += tag === '<details>' ? 1 : -1
    if (open < 0 || open > 1) found('details out of order', tag)
  }
  if (open !== 0) found('details left open', '')
  for (const token of flat) {
    if (token.type === 'image') found('an image', token.content)
    if (token.type === 'link_open' && !ours.some((o) => String(token.attrGet('href')).startsWith(o)))
      found('a link', String(token.attrGet('href')))
    if (token.type === 'fence' && !['diff', 'mermaid'].includes(token.info)) found('a fence', token.info)
    if (token.type === 'fence' && token.info === 'mermaid') problems.push(...inMermaid(token.content))
    if (['code_block', 'lheading_open', 'ordered_list_open', 'reference'].includes(token.type))
      found(token.type, token.content)
  }
  if (flat.filter((t) => t.type === 'hr').length > 1) found('a rule', '')
  const last = tokens.at(-2)
  if (!last?.content.startsWith('<sub>')) found('something swallowed the end', last?.content ?? '')
  problems.push(...inTables(tokens, body))
  if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2060-\u206f\u2028\u2029\ufeff]/.test(body))
    found('a control character', '')
  return problems
}

/** GitHub looks for these in what a page says, outside of code. */
function inText(text: string): readonly string[] {
  const tricks = [/@[A-Za-z0-9]/, /\/\//, /www\./i, /#\d/, /\bgh-\d/i]
  return tricks.filter((t) => t.test(text)).map((t) => `${t} in ${JSON.stringify(text.slice(0, 200))}`)
}

/** Only nodes, arrows and one class: nothing that clicks, links or styles by the words of others. */
const inMermaid = (text: string): readonly string[] =>
  text
    .trimEnd()
    .split('\n')
    .filter(
      (line) =>
        !/^(flowchart LR| {2}\w+\["[\w ./#;-]*"\]| {2}\w+ --> \w+| {2}classDef changed stroke-width:3px| {2}class [\w,]+ changed)$/.test(
          line,
        ),
    )
    .map((line) => `Mermaid: ${line}`)

/** Every row of a table has as many bars as its head: none of ours holds one in a cell. */
function inTables(tokens: readonly Token[], body: string): readonly string[] {
  const lines = body.split('\n')
  const bars = (line: string): number => (line.match(/\|/g) ?? []).length
  return tokens.flatMap((token) => {
    if (token.type !== 'table_open' || token.map === null) return []
    const [head = '', ...rows] = lines.slice(...token.map)
    return rows
      .filter((row) => row !== '' && bars(row) !== bars(head))
      .map((row) => `a broken row: ${row.slice(0, 200)}`)
  })
}

/** All of its places are inside fences or spans of code. */
function insideCode(tokens: readonly Token[], what: string, body: string): boolean {
  const coded = tokens
    .flatMap((t) => [t, ...(t.children ?? [])])
    .filter((t) => t.type === 'fence' || t.type === 'code_inline')
    .reduce((sum, t) => sum + t.content.split(what).length - 1, 0)
  const marker = body.startsWith('<!-- plumbline') ? 1 : 0
  return coded + marker >= body.split(what).length - 1
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' }
const decoded = (text: string): string =>
  text
    .replaceAll(/&#(\d+);/g, (_, n) => String.fromCodePoint(Number(n)))
    .replaceAll(/&(amp|lt|gt|quot);/g, (_, name) => entities[name] ?? '')
