import { html, raw } from 'hono/html'
import { isGraph, type Picture } from '../model/drawing.ts'
import { escapeControls } from '../model/escape.ts'
import { drawingSvg } from './drawing-svg.ts'
import { tooLarge } from './graph-size.ts'
import type { Block, Cell, LinkOf, Page, Section, Span } from './page.ts'
import { reportStyle } from './report-style.ts'

type Html = ReturnType<typeof html>

/** A page on its own: no script, nothing fetched, every text escaped by the tag. */
export async function pageHtml(page: Page, link: LinkOf): Promise<string> {
  const { title, subtitle, verdict, sections, foot } = page
  const text = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>${plain(title)}</title>
<style>${raw(reportStyle)}</style>
</head>
<body>
<header>
<h1>${plain(title)}</h1>
<p class="subtitle">${plain(subtitle)}</p>
${verdict === undefined ? '' : verdictHtml(verdict)}
<nav aria-label="Contents"><ol>
${sections.map((s, i) => html`<li><a href="#s${i + 1}">${plain(s.heading)}</a></li>`)}
</ol></nav>
</header>
<main>
${sections.map((s, i) => sectionHtml(s, i + 1, link))}
</main>
<footer><p>${plain(foot)}</p></footer>
</body>
</html>
`
  return String(await text)
}

function verdictHtml({ tone, headline, lines }: NonNullable<Page['verdict']>): Html {
  return html`<div class="verdict ${tone}" role="note">
<p class="headline">${plain(headline)}</p>
${lines.map((line) => html`<p>${plain(line)}</p>`)}
</div>`
}

function sectionHtml({ heading, newSheet, blocks }: Section, number: number, link: LinkOf): Html {
  const sheet = newSheet === true ? 'sheet' : ''
  return html`<section id="s${number}" class="${sheet}" aria-labelledby="h${number}">
<h2 id="h${number}">${number}. ${plain(heading)}</h2>
${blocks.map((b) => blockHtml(b, link))}
</section>
`
}

function blockHtml(block: Block, link: LinkOf): Html {
  switch (block.kind) {
    case 'text':
      return html`<p>${plain(block.text)}</p>`
    case 'code':
      return html`<pre><code>${plain(block.text)}</code></pre>`
    case 'drawing':
      return drawingHtml(block.drawing)
    case 'facts':
      return html`<dl>${block.facts.map(([name, value]) => html`<dt>${plain(name)}</dt><dd>${cellHtml(value, link)}</dd>`)}</dl>`
    case 'part':
      return html`<div class="part"><h3>${plain(block.heading)}</h3>${block.blocks.map((b) => blockHtml(b, link))}</div>`
    default:
      return tableHtml(block, link)
  }
}

function drawingHtml(drawing: Picture): Html {
  const large = isGraph(drawing) ? tooLarge(drawing) : undefined
  if (large !== undefined) return html`<p class="empty">${plain(large)}</p>`
  return html`<figure>${drawingSvg(drawing, 'page').then(raw)}</figure>`
}

function tableHtml({ caption, head, rows, empty }: Extract<Block, { kind: 'table' }>, link: LinkOf): Html {
  if (rows.length === 0) return html`<p class="empty">${plain(empty)}</p>`
  return html`<table class="${head.length < 3 ? 'narrow' : ''}">
<caption>${plain(caption)}</caption>
<thead><tr>${head.map((h) => html`<th scope="col">${plain(h)}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => rowHtml(row, link))}
</tbody>
</table>
`
}

/** The first cell names the row. */
function rowHtml([first, ...others]: readonly Cell[], link: LinkOf): Html {
  return html`<tr><th scope="row">${cellHtml(first ?? '', link)}</th>${others.map((c) => html`<td>${cellHtml(c, link)}</td>`)}</tr>
`
}

function cellHtml(cell: Cell, link: LinkOf): Html | readonly Html[] {
  if (typeof cell === 'string') return textHtml(cell)
  return cell.map((span) => spanHtml(span, link))
}

function spanHtml(span: Span, link: LinkOf): Html {
  if (typeof span === 'string') return textHtml(span)
  if ('line' in span) return html`<br>`
  if ('mark' in span) return html`<span class="mark ${span.tone}">${plain(span.mark)}</span>`
  const id = plain(span.commit)
  const short = html`<code>${id.slice(0, 12)}</code>`
  const address = link(span.commit)
  return address === undefined
    ? html`<span title="${id}">${short}</span>`
    : html`<a href="${address}" title="${id}">${short}</a>`
}

/** Numbers of records, and times. */
const keptWhole = /^(?:[A-Z]{3}-\d{4}-\d{5,9}|\d{4}-\d\d-\d\d \d\d:\d\d)$/

/** Words that would make a column too wide may be broken anywhere; others stay whole. */
function textHtml(text: string): Html {
  if (keptWhole.test(text)) return html`<span class="whole">${text}</span>`
  const parts = plain(text).split(/(\S{26,})/)
  return html`${parts.map((part, i) => (i % 2 === 0 ? part : html`<span class="long">${part}</span>`))}`
}

/** Letters that turn the direction of text, or are none, could make a page say what it does not. */
const plain = (text: string): string => escapeControls(text)
