import type { Change, Step } from '../../model/resource.ts'
import { type Script, sh } from '../../model/script.ts'
import { at, removeFile, replaceFile } from '../replace-file.ts'
import { step } from '../shell.ts'
import { locate } from './probe.ts'
import { entryOf, type LocaleSpec, type LocaleState } from './spec.ts'

export function steps({ verb, resource, have, fields }: Change<LocaleSpec, LocaleState>): Step {
  const { lang, generate } = resource.spec
  const differs = (path: string) => verb === 'create' || fields.some((f) => f.path === path)
  const entries = generate !== undefined && differs('generate') ? generate.map(entryOf) : undefined
  const said = [
    ...(entries === undefined ? [] : [`generate ${generate?.join(', ') || 'no locales'}`]),
    ...(differs('lang') ? [`set LANG to ${lang}`] : []),
  ]
  const before = entries === undefined || !have?.generate ? sh`:` : generateOnly(have.generate)
  return {
    summary: said.join(' and '),
    script: step(sh`${entries === undefined ? sh`:` : generateOnly(entries)} || exit 1
${differs('lang') ? setLang(lang) : sh`:`} || { ${before}; exit 1; }`),
    reversibility: 'inverse',
    inverse: step(sh`${before} || exit 1
${have === null ? removeFile(sh`${locate}\nonly= p=$f`) : differs('lang') ? setLang(have.lang) : sh`:`}`),
  }
}

/** LANG comes last in its file; all other lines stay. A language that programs would not find is refused. */
function setLang(lang: string | null): Script {
  return step(sh`${lang === null ? sh`:` : check(lang)}
${locate}
mkdir -p "\${f%/*}" || exit 1
${replaceFile({
  locate: sh`only= p=$f`,
  fill: sh`{
  [ ! -e "../$n" ] || awk '!/^[ \\t]*LANG=/' "../$n" || exit 1
  ${lang === null ? sh`:` : sh`printf 'LANG=%s\n' ${lang}`}
} > "$t" || exit 1`,
  mode: '0644',
  owner: sh`0`,
  group: sh`0`,
})} || exit 1`)
}

/** \`locale\` says utf8 where everybody else says UTF-8. */
const check = (lang: string): Script => sh`if [ -z "$R" ] && command -v locale >/dev/null; then
  w=$(printf '%s\n' ${lang} | tr -d - | tr '[:upper:]' '[:lower:]')
  locale -a 2>/dev/null | tr -d - | tr '[:upper:]' '[:lower:]' | grep -qxF -e "$w" || fail ${`the host has no locale ${lang}; it has to be generated`}
fi`

/** Lines are switched on and off where they stand, so that taking it back leaves the file as it was. */
function generateOnly(entries: readonly string[]): Script {
  return step(sh`[ -e "$R/etc/locale.gen" ] || fail 'the host has no /etc/locale.gen: its package locales is missing, or it generates none by itself'
${replaceFile({
  locate: at('/etc/locale.gen'),
  fill: sh`W=${entries.join('\n')} awk '
BEGIN { n = split(ENVIRON["W"], w, "\\n"); for (i = 1; i <= n; i++) if (w[i] != "") wanted[w[i]] }
{ l = $0; off = sub(/^[ \\t]*#[ \\t]*/, "", l); k = split(l, f, /[ \\t]+/); e = f[1] " " f[2] }
k >= 2 && (k == 2 || f[3] == "") && e in wanted { if (!done[e]++) { print e; next } }
!off && l !~ /^[ \\t]*$/ { print "# " l; next }
{ print }
END { for (i = 1; i <= n; i++) if (w[i] != "" && !done[w[i]]++) print w[i] }' "../$n" > "$t" || exit 1`,
  mode: '0644',
  owner: sh`0`,
  group: sh`0`,
})} || exit 1
if [ -z "$R" ]; then locale-gen >/dev/null || exit 1; fi`)
}
