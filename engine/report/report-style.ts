/** How a report looks, on a screen and on paper. Colours keep a contrast of 7:1 to what they stand on, and never say anything alone. */
export const reportStyle = `
:root { color-scheme: light; --ink: #1a1d21; --soft: #454b54; --line: #b9bfc8; --shade: #f2f4f7; --good: #0b5137; --bad: #8c1420; --caution: #654100; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 78rem; padding: 2rem 1.5rem 4rem; background: #fff; color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "Liberation Sans", Arial, sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0; }
h2 { font-size: 1.3rem; margin: 2.6rem 0 .8rem; padding-top: .6rem; border-top: 2px solid var(--ink); }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .5rem; }
p { margin: .5rem 0; max-width: 62rem; }
a { color: #0b3f8a; }
.subtitle { color: var(--soft); font-size: 1.1rem; }
.verdict { border: 1px solid var(--line); border-left: .5rem solid var(--soft); padding: .8rem 1.1rem; margin: 1.4rem 0; background: var(--shade); }
.verdict.good { border-left-color: var(--good); } .verdict.bad { border: 2px solid var(--bad); border-left-width: .5rem; } .verdict.caution { border-left-color: var(--caution); }
.headline { font-size: 1.2rem; font-weight: 700; margin: 0; }
.verdict.good .headline { color: var(--good); } .verdict.bad .headline { color: var(--bad); } .verdict.caution .headline { color: var(--caution); }
nav ol { columns: 2; padding-left: 1.4rem; margin: 1rem 0; max-width: 50rem; }
table { border-collapse: collapse; width: 100%; margin: .8rem 0 1.4rem; font-size: .86rem; line-height: 1.4; }
caption { text-align: left; color: var(--soft); padding: 0 0 .4rem; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .55rem; border-bottom: 1px solid var(--line); overflow-wrap: break-word; }
table.narrow { width: auto; min-width: 22rem; }
.long { overflow-wrap: anywhere; }
.whole { white-space: nowrap; }
thead th { background: var(--shade); border-bottom: 2px solid var(--ink); }
tbody th { font-weight: 600; }
dl { display: grid; grid-template-columns: minmax(9rem, max-content) 1fr; gap: .25rem 1.2rem; margin: .6rem 0 1rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
code { font: .92em ui-monospace, "DejaVu Sans Mono", "Liberation Mono", monospace; }
pre { background: var(--shade); border: 1px solid var(--line); padding: .7rem .9rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.mark { font-weight: 700; } .mark.good { color: var(--good); } .mark.bad { color: var(--bad); } .mark.caution { color: var(--caution); }
figure { margin: .8rem 0 1.4rem; overflow-x: auto; }
.empty { color: var(--soft); font-style: italic; }
.part { border-left: 3px solid var(--line); padding-left: 1rem; margin: 1rem 0 1.6rem; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
@page { size: A4 landscape; margin: 14mm 12mm 16mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  thead { display: table-header-group; }
  tr, dl, .verdict, .part > h3 { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  section.sheet { break-before: page; }
  figure { overflow: visible; break-inside: avoid; } figure svg { max-width: 100%; height: auto; }
  a { color: inherit; text-decoration: none; }
  pre, .verdict, thead th { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
`
