import { html, raw } from 'hono/html'
import { escapeControls } from '../model/escape.ts'

/** How a service is. */
export type Health = 'works' | 'impaired' | 'down' | 'affected'

/** What everybody may know. Moments are ISO 8601, UTC. */
export interface StatusPage {
  readonly title: string
  readonly at: string
  readonly services: readonly StatusService[]
  /** What is not over yet, newest first. */
  readonly incidents: readonly StatusIncident[]
  readonly maintenance: readonly {
    readonly id: string
    readonly from: string
    readonly until: string
    readonly services: readonly string[]
  }[]
}

interface StatusService {
  readonly name: string
  readonly purpose: string
  readonly health: Health
  /** A service it stands on that is down or impaired. */
  readonly because?: string
  /** Share of the days shown in which it was not down. */
  readonly availability: number
  /** The last 90 days, oldest first: date, and how it was at its worst. */
  readonly days: readonly { readonly date: string; readonly health: Exclude<Health, 'affected'> }[]
}

interface StatusIncident {
  readonly id: string
  readonly services: readonly string[]
  readonly health: Exclude<Health, 'affected'>
  readonly state: string
  readonly since: string
  /** What was announced; never what people wrote to each other. */
  readonly statement?: string
}

const words: Readonly<Record<Health, string>> = {
  works: 'works',
  impaired: 'works in part',
  down: 'does not work',
  affected: 'may be affected',
}

const style = `
:root{color-scheme:light dark;--works:#1a7f37;--impaired:#9a6700;--down:#cf222e;--line:#8885}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{margin-bottom:0}.at{margin-top:0}
.verdict{border-left:.5rem solid var(--works);padding:.5rem 1rem;font-size:1.2rem}
.verdict.impaired,.verdict.affected{border-color:var(--impaired)}.verdict.down{border-color:var(--down)}
section>ul{list-style:none;padding:0}li.service{border-top:1px solid var(--line);padding:.75rem 0}
.name{font-weight:600}.health{float:right}.health::before{content:"\\25cf\\a0"}
.works .health::before{color:var(--works)}.impaired .health::before,.affected .health::before{color:var(--impaired);content:"\\25b2\\a0"}
.down .health::before{color:var(--down);content:"\\25a0\\a0"}
svg{display:block;width:100%;height:1.5rem}rect.works{fill:var(--works)}rect.impaired{fill:var(--impaired)}rect.down{fill:var(--down)}
.small{font-size:.85rem}
@media print{body{max-width:none;margin:0}li.service,article{break-inside:avoid}}
`

/** The page as HTML: no script, nothing fetched, every text escaped by the tag; readable without colours and on paper. */
export async function statusHtml(page: StatusPage): Promise<string> {
  const worst = (['down', 'impaired', 'affected'] as const).find((h) => page.services.some((s) => s.health === h))
  const text = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>${plain(page.title)}</title>
<style>${raw(style)}</style>
</head>
<body>
<header>
<h1>${plain(page.title)}</h1>
<p class="at small">As of <time datetime="${page.at}">${minute(page.at)}</time></p>
<p class="verdict ${worst ?? 'works'}" role="status">${verdict(page, worst)}</p>
</header>
<main>
<section aria-labelledby="incidents"><h2 id="incidents">What is wrong now</h2>
${page.incidents.length === 0 ? html`<p>Nothing that we know of.</p>` : page.incidents.map(incidentHtml)}
</section>
<section aria-labelledby="services"><h2 id="services">Services</h2>
<ul>${page.services.map(serviceHtml)}</ul>
</section>
<section aria-labelledby="maintenance"><h2 id="maintenance">Planned maintenance</h2>
${page.maintenance.length === 0 ? html`<p>None is planned.</p>` : html`<ul>${page.maintenance.map((m) => html`<li>${span(m.from, m.until)}: ${plain(m.services.join(', ') || 'no service is meant to notice')} <span class="small">(${plain(m.id)})</span></li>`)}</ul>`}
</section>
</main>
</body>
</html>
`
  return String(await text)
}

function verdict({ services }: StatusPage, worst: Health | undefined): string {
  if (worst === undefined) return 'Everything works.'
  const hit = services.filter((s) => s.health !== 'works').length
  return `${hit} of ${services.length} services ${hit === 1 ? 'has' : 'have'} trouble.`
}

function incidentHtml({ id, services, health, state, since, statement }: StatusIncident) {
  return html`<article class="${health}" aria-label="${plain(id)}">
<h3>${plain(services.join(', '))} ${words[health]}</h3>
<p class="small">${plain(id)}, ${plain(state)}, since <time datetime="${since}">${minute(since)}</time></p>
<p>${plain(statement ?? 'We look into it.')}</p>
</article>
`
}

function serviceHtml({ name, purpose, health, because, availability, days }: StatusService) {
  const bad = days.filter((d) => d.health !== 'works')
  const label = `${name} in the last ${days.length} days: ${bad.length === 0 ? 'no trouble' : bad.map((d) => `${d.date} ${words[d.health]}`).join(', ')}`
  return html`<li class="service ${health}">
<span class="health">${words[health]}${because === undefined ? '' : `: it stands on ${plain(because)}`}</span>
<span class="name">${plain(name)}</span> <span class="small">${plain(purpose)}</span>
<svg viewBox="0 0 ${days.length * 4} 10" preserveAspectRatio="none" role="img" aria-label="${plain(label)}">
${days.map((d, i) => html`<rect class="${d.health}" x="${i * 4}" y="${d.health === 'works' ? 3 : 0}" width="3" height="${d.health === 'works' ? 7 : 10}"></rect>`)}
</svg>
<span class="small">${(availability * 100).toFixed(3)} % in ${days.length} days</span>
</li>
`
}

const minute = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`

const span = (from: string, until: string) =>
  html`<time datetime="${from}">${minute(from)}</time> to <time datetime="${until}">${minute(until)}</time>`

/** Letters that turn the direction of text, or are none, could make a page say what it does not. */
const plain = (text: string): string => escapeControls(text)
