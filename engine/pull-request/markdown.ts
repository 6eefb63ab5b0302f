/**
 * Markdown as GitHub reads it, made of text that nobody trusts. A name, a title or what a host printed comes out as itself: never a
 * mention, link, image, HTML, table, fence or marker of ours. Controls and invisible characters are written out.
 */
import { escapeControls } from '../model/escape.ts'

/** A zero-width space. GitHub looks for mentions and links in what a page says after entities are resolved, so only parting them helps. */
const part = '&#8203;'

const plain: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '|': '&#124;',
  '@': `@${part}`,
  '#': `#${part}`,
}

/** Text in one line; what is longer than `most` characters when written is cut. */
export function words(text: string, most = 600): string {
  return within(oneLine(text), most, (t) =>
    parted(
      t
        .replaceAll(/[\\`*_{}[\]~$]|[&<>"|@#]/g, (c) => plain[c] ?? `\\${c}`)
        .replace(/^([-+=])/, '\\$1')
        .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2'),
    ),
  )
}

/** Text in one line for where nothing is read into it: a title. */
export const plainLine = (text: string, most: number): string => within(oneLine(text), most, (t) => t)

/** Text in one line for where HTML is read and Markdown is not: a `<summary>`. */
export function htmlWords(text: string, most = 200): string {
  return within(oneLine(text), most, (t) => parted(t.replaceAll(/[&<>"|@#]/g, (c) => plain[c] ?? c)))
}

/** A name in code; what would end a span of code or a cell of a table is written as HTML. */
export function code(text: string, most = 200): string {
  const line = oneLine(text)
  if (line === '') return '(empty)'
  if (/[`|\\<]/.test(line)) return `<code>${words(line, most)}</code>`
  return `\`${within(line, most, (t) => t)}\``
}

/** Lines of text inside a fence that is longer than any in them. */
export function fenced(lines: readonly string[], language = ''): string {
  const text = lines.map((line) => visible(line).replaceAll(/<!--(?=\s*plumbline)/gi, '<!\u200b--')).join('\n')
  const longest = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2)
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${text}\n${fence}`
}

/** A link to a web page; only its label where the address is none. */
export function link(label: string, address: string | undefined): string {
  if (address === undefined || !/^https?:\/\/[^\s]+$/i.test(address) || address.length > 2000) return label
  return `[${label}](<${escapeControls(address).replaceAll(/[<>\\`|@]/g, encodeURIComponent)}>)`
}

/** A path inside the repository as a part of an address. Half of a surrogate pair, which no address can hold, becomes U+FFFD. */
export const pathInAddress = (path: string): string =>
  path
    .replaceAll(/\p{Cs}/gu, '\ufffd')
    .split('/')
    .map(encodeURIComponent)
    .join('/')

/** A table with a row for the heads. Cells are Markdown without line feeds; `<br>` parts lines. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [row(heads), row(heads.map(() => '---')), ...rows.map(row)].join('\n')
}

/** Folded away behind a line of text. */
export const details = (summary: string, body: string): string =>
  `<details>\n<summary>${htmlWords(summary)}</summary>\n\n${body}\n\n</details>`

/** Addresses of pages and numbers of issues, so that they are none. */
const parted = (text: string): string =>
  text
    .replaceAll(/\/(?=\/)/g, `/${part}`)
    .replaceAll(/(www)(?=\.)/gi, `$1${part}`)
    .replaceAll(/(?<![a-z0-9])(gh)(?=-\d)/gi, `$1${part}`)

/** Nobody reads on for longer than this, and a host can say a great deal. */
const mostRead = 20_000

const oneLine = (text: string): string => {
  const read = text.length > mostRead ? `${text.slice(0, mostRead)}…` : text
  return escapeControls(read.replaceAll(/\s+/g, ' ').trim())
}

/** Tabs stay: files are full of them. */
const visible = (line: string): string => line.split('\t').map(escapeControls).join('\t').replaceAll('\n', '\\n')

/** As much of the text as is not longer than `most` when it is written, with an ellipsis where that is not all. */
function within(text: string, most: number, write: (text: string) => string): string {
  const points = [...text.slice(0, most).replace(/[\ud800-\udbff]$/, '')]
  const whole = text.length <= most ? write(text) : undefined
  if (whole !== undefined && whole.length <= most) return whole
  for (let kept = points.length; kept > 0; ) {
    const cut = write(points.slice(0, kept).join('').trimEnd())
    if (cut.length < most) return `${cut}…`
    kept = Math.min(kept - 1, Math.floor((kept * most) / cut.length))
  }
  return '…'
}
