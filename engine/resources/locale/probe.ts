import type { Discovered, Observation, ProbeOutput } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { asSet } from '../fields.ts'
import { absent, missingTool, noPermission, taggedLines, unparsable } from '../observed.ts'
import { entryOf, type LocaleSpec, type LocaleState } from './spec.ts'

/** Sets \`$f\` to the file with LANG: Debian's own where it is no link to the one that others have. */
export const locate: Script = read`f=$R/etc/default/locale
if [ -L "$f" ] || { [ ! -e "$f" ] && [ -e "$R/etc/locale.conf" ]; }; then f=$R/etc/locale.conf; fi`

/** Prints `missing awk`, `from PATH`, `file locale|gen ok|denied|missing`, `lang NAME`, `other LINE`, `entry NAME CHARSET`, and `end`. */
const look: Script = read`(
command -v awk >/dev/null || echo missing awk
${locate}
printf 'from %s\n' "\${f#"$R"}"
show() {
  if [ -f "$2" ] && [ -r "$2" ]; then echo "file $1 ok"; awk "$3" "$2"
  elif [ -e "$2" ]; then echo "file $1 denied"
  else echo "file $1 missing"
  fi
}
show locale "$f" '/^[ \t]*(#|$)/ { next }
/^[ \t]*LANG=/ { sub(/^[ \t]*LANG=/, ""); gsub(/["\\047 \t]/, ""); print "lang", $0; next }
{ print "other", $0 }'
show gen "$R/etc/locale.gen" '/^[ \t]*(#|$)/ { next } NF == 2 { print "entry", $1, $2; next } { print "odd" }'
echo end
) 2>/dev/null
`

export const probe = (_specs: readonly LocaleSpec[]): Script => look

export function parse(specs: readonly LocaleSpec[], output: ProbeOutput): readonly Observation<LocaleState>[] {
  const seen = observe(output)
  return specs.map(() => seen)
}

function observe(output: ProbeOutput): Observation<LocaleState> {
  const lines = taggedLines(output.stdout)
  const of = (tag: string) => lines.flatMap((l) => (l.tag === tag ? [l.rest] : []))
  const files = new Set(of('file'))
  if (of('missing').includes('awk')) return missingTool('awk')
  if (files.has('locale denied') || files.has('gen denied'))
    return noPermission('/etc/default/locale or /etc/locale.gen')
  const known = (name: string) => files.has(`${name} ok`) || files.has(`${name} missing`)
  if (of('end').length !== 1 || !known('locale') || !known('gen')) return unparsable('the locale')
  if (of('odd').length > 0) return unparsable('/etc/locale.gen')
  if (files.has('locale missing') && files.has('gen missing')) return absent
  const lang = of('lang').at(-1)
  return {
    status: 'present',
    state: {
      lang: lang === undefined || lang === '' ? null : lang,
      generate: files.has('gen ok') ? asSet(of('entry')) : null,
    },
  }
}

/** A fresh host speaks C and generates nothing. A file that says more than LANG is left to be taken as a file. */
export const discover = {
  probe: look,
  parse(output: ProbeOutput): readonly Discovered<LocaleSpec>[] {
    const seen = observe(output)
    if (seen.status !== 'present' || seen.state.lang === null) return []
    const { lang, generate } = seen.state
    const lines = taggedLines(output.stdout)
    if (lines.some((l) => l.tag === 'other') || !/^[A-Za-z0-9_]+(\.[A-Za-z0-9-]+)?(@[A-Za-z0-9]+)?$/.test(lang))
      return []
    const plain = generate === null || generate.length === 0
    if (plain && /^(C|POSIX|C\.UTF-8|C\.utf8)$/.test(lang)) return []
    const short = (generate ?? []).map((entry) =>
      entryOf(entry.split(' ')[0] ?? '') === entry ? (entry.split(' ')[0] ?? '') : entry,
    )
    const plainEntry = /^[A-Za-z0-9_]+(\.[A-Za-z0-9-]+)?(@[A-Za-z0-9]+)?( [A-Za-z0-9-]+)?$/
    if (!short.every((entry) => plainEntry.test(entry))) return []
    const from = lines.find((l) => l.tag === 'from')?.rest
    const claims = [...(from === undefined ? [] : [from]), ...(generate === null ? [] : ['/etc/locale.gen'])]
    return [{ spec: { lang, ...(generate !== null && { generate: short }) }, claims }]
  },
}
