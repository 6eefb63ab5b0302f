import { isGraph, type Picture } from '../model/drawing.ts'
import { escapeControls } from '../model/escape.ts'
import { graphMermaid } from './graph-mermaid.ts'
import type { Block, Cell, LinkOf, Page, Span } from './page.ts'

/** The page as GitHub-flavoured Markdown; no text in it can become a heading, a link or HTML. */
export function pageMarkdown(page: Page, link: LinkOf): string {
  const { title, subtitle, verdict, sections, foot } = page
  const verdictLines = verdict === undefined ? [] : [`**${words(verdict.headline)}**`, ...verdict.lines.map(words)]
  return `${[
    `# ${words(title)}`,
    words(subtitle),
    ...(verdict === undefined ? [] : [verdictLines.map((line) => `> ${line}`).join('\n>\n')]),
    ...sections.flatMap((s, i) => [`## ${i + 1}. ${words(s.heading)}`, ...s.blocks.map((b) => blockMarkdown(b, link))]),
    '---',
    words(foot),
  ].join('\n\n')}\n`
}

function blockMarkdown(block: Block, link: LinkOf): string {
  switch (block.kind) {
    case 'text':
      return words(block.text)
    case 'drawing':
      return drawingMarkdown(block.drawing)
    case 'code':
      return fenced(block.text)
    case 'facts':
      return block.facts.map(([name, value]) => `- ${words(name)}: ${cellMarkdown(value, link)}`).join('\n')
    case 'part':
      return [`### ${words(block.heading)}`, ...block.blocks.map((b) => blockMarkdown(b, link))].join('\n\n')
    default: {
      if (block.rows.length === 0) return `*${words(block.empty)}*`
      const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
      const rows = block.rows.map((cells) => row(cells.map((c) => cellMarkdown(c, link))))
      return [words(block.caption), '', row(block.head.map(words)), row(block.head.map(() => '---')), ...rows].join(
        '\n',
      )
    }
  }
}

/** Graphs as forges draw them; other pictures are told by their name. */
function drawingMarkdown(drawing: Picture): string {
  const flowchart = isGraph(drawing) ? graphMermaid(drawing) : undefined
  return flowchart === undefined ? words(drawing.title) : `\`\`\`mermaid\n${flowchart}\n\`\`\``
}

/** A fence that is longer than any in the text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}\n${escapeControls(text)}\n${fence}`
}

function cellMarkdown(cell: Cell, link: LinkOf): string {
  return typeof cell === 'string' ? words(cell) : cell.map((span) => spanMarkdown(span, link)).join('')
}

function spanMarkdown(span: Span, link: LinkOf): string {
  if (typeof span === 'string') return words(span)
  if ('line' in span) return '<br>'
  if ('mark' in span) return `**${words(span.mark)}**`
  const address = link(span.commit)
  const short = span.commit.slice(0, 12)
  return address === undefined
    ? words(short)
    : `[${words(short)}](<${address.replaceAll(/[<>]/g, encodeURIComponent)}>)`
}

/** Text in one line, with every letter that means something to Markdown made plain. */
function words(text: string): string {
  return escapeControls(text)
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]|~]/g, (letter) => `\\${letter}`)
    .replaceAll('@', '&#64;')
    .replace(/^(\s*)([#+-])/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])/, '$1\\$2')
    .replaceAll('://', ':&#47;/')
    .replaceAll(/\bwww\./gi, (start) => `${start.slice(0, 3)}&#46;`)
}
