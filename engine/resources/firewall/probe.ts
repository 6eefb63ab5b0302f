import type { Diagnostic } from '../../model/diagnostic.ts'
import { reporter } from '../../model/diagnostic.ts'
import type { Observation, ProbeOutput } from '../../model/resource.ts'
import { hostPath, read, type Script } from '../../model/script.ts'
import { decodeBase64, textOf } from '../base64.ts'
import { absent, missingTool, noPermission, taggedLines, unknown, unparsable } from '../observed.ts'
import { codes } from './codes.ts'
import { isPackaged, liveFunctions, sayEnabled } from './live.ts'
import { contentDigest, type FirewallSpec, type FirewallState, rulesetPath } from './spec.ts'

const report = reporter(codes)
const excerptBytes = 65536
const file = hostPath(rulesetPath)

/**
 * Prints `missing TOOL`, or of the file `absent`, `link`, `odd`, `denied` or `file HEX MODE`, with `packaged` where it is as its
 * package brought it and `text BASE64` where it is another than wanted; `enabled WORD`; of the kernel `live offline`,
 * `live no-nft`, `live denied`, `live unsupported WORDS`, `live same`, `live differs`, `live not-loadable WORDS` or `live none` (no
 * file to compare with), with `meant BASE64` and `seen BASE64` where they differ and `own` where our table is there; `other FAMILY NAME` for each
 * table that the file does not name; at last `end`.
 */
export function probe(specs: readonly FirewallSpec[]): Script {
  const [spec] = specs
  return ask((spec && contentDigest(spec)) ?? 'none')
}

/** The same, whatever the content. */
export const ask = (wanted: string): Script => read`(
for t in sha256sum awk sed base64; do command -v "$t" >/dev/null || echo "missing $t"; done
${liveFunctions}
b64() { head -c ${excerptBytes} | base64 | tr -d '\\n'; }
there=
if [ -L ${file} ]; then echo link
elif [ -f ${file} ]; then
  if got=$(sha256sum 2>/dev/null < ${file}); then
    there=1
    printf 'file %s %s\n' "\${got%% *}" "$(stat -c %a -- ${file} 2>/dev/null)"
    ! ${isPackaged} || echo packaged
    [ "\${got%% *}" = ${wanted} ] || printf 'text %s\n' "$(b64 < ${file})"
  else echo denied
  fi
elif [ -e ${file} ]; then echo odd
elif [ -d "$R/etc" ] && ! [ -x "$R/etc" ]; then echo denied
else echo absent
fi
${sayEnabled}
if [ -n "$R" ]; then echo 'live offline'
elif ! command -v nft >/dev/null; then echo 'live no-nft'
elif ! now=$(nft list tables 2>&1); then echo 'live denied'
else
  case $now in *'table inet plumbline'*) echo own ;; esac
  m=
  if [ -z "$there" ]; then echo 'live none'
  elif ! m=$(empty nft list tables); then printf 'live unsupported %s\n' "$m" | tr '\\n' ' '; echo; m=
  elif ! m=$(meant ${file}); then printf 'live not-loadable %s\n' "$m" | tr '\\n' ' '; echo; m=
  else
    s=$(printf '%s\n' "$m" | tables | seen | tidy)
    w=$(printf '%s\n' "$m" | tidy)
    if [ "$s" = "$w" ]; then echo 'live same'
    else
      echo 'live differs'
      printf 'meant %s\n' "$(printf '%s\n' "$w" | b64)"
      printf 'seen %s\n' "$(printf '%s\n' "$s" | b64)"
    fi
  fi
  { printf '%s\n' "$m" | tables | sed 's/^/= /'; printf '%s\n' "$now"; } |
    awk '$1 == "=" { own[$2 " " $3] = 1 } $1 == "table" && !(($2 " " $3) in own) { print "other", $2, $3 }'
fi
echo end
)
`

/** What the host said, by tag; undefined where it was cut off or makes no sense. */
export interface Answer {
  readonly tags: ReadonlyMap<string, string>
  readonly others: readonly string[]
}

export function readAnswer(output: ProbeOutput): Answer | undefined {
  const lines = taggedLines(output.stdout)
  if (lines.at(-1)?.tag !== 'end' || !output.stdout.endsWith('\nend\n')) return undefined
  const others = lines.flatMap(({ tag, rest }) => (tag === 'other' ? [rest] : []))
  return { tags: new Map(lines.map(({ tag, rest }) => [tag, rest])), others }
}

export function parse(specs: readonly FirewallSpec[], output: ProbeOutput): readonly Observation<FirewallState>[] {
  const answer = readAnswer(output)
  return specs.map((spec) => (answer === undefined ? unparsable(rulesetPath) : observe(spec, answer)))
}

function observe(spec: FirewallSpec, { tags }: Answer): Observation<FirewallState> {
  const missing = tags.get('missing')
  if (missing !== undefined) return missingTool(missing)
  const live = tags.get('live')
  if (live === undefined) return unparsable('the ruleset')
  if (tags.has('denied') || live === 'denied') return noPermission(rulesetPath)
  if (tags.has('link') || tags.has('odd')) return unknown('unsupported', `${rulesetPath} is not a regular file`)
  if (live.startsWith('unsupported'))
    return unknown('unsupported', `the ruleset can't be compared without a namespace to try it in: ${live.slice(12)}`)
  // What the package brought says nothing, and our own table is never in it.
  if ((tags.has('absent') || tags.has('packaged')) && !tags.has('own')) return absent
  if (tags.has('absent')) return present(spec, tags, { sha256: 'none', mode: '0644' })
  const found = /^([0-9a-f]{64}) ([0-7]{3,4})$/.exec(tags.get('file') ?? '')
  if (found === null) return unparsable(rulesetPath)
  return present(spec, tags, { sha256: found[1] ?? '', mode: (found[2] ?? '').padStart(4, '0') })
}

const lives: Readonly<Record<string, string | null>> = {
  same: 'as-file',
  differs: 'differs',
  none: 'differs',
  'not-loadable': 'not-loadable',
  offline: null,
  'no-nft': null,
}

function present(
  spec: FirewallSpec,
  tags: ReadonlyMap<string, string>,
  file: Pick<FirewallState, 'sha256' | 'mode'>,
): Observation<FirewallState> {
  const live = lives[(tags.get('live') ?? '').split(' ')[0] ?? '']
  if (live === undefined) return unparsable('the ruleset')
  const word = tags.get('enabled') ?? ''
  const enabled = word === '' || word === 'not-found' ? null : word.startsWith('enabled')
  const state = { ...file, live, enabled }
  const excerpt =
    file.sha256 === contentDigest(spec)
      ? listings(textIn(tags.get('seen')), textIn(tags.get('meant')))
      : textIn(tags.get('text'))
  return { status: 'present', state, ...(excerpt !== undefined && { excerpt }) }
}

const between = '\0'

/** Two listings in one excerpt: what the kernel has, and what the file means. */
const listings = (seen: string | undefined, meant: string | undefined): string | undefined =>
  seen === undefined || meant === undefined ? undefined : `${seen}${between}${meant}`

export function readListings(excerpt: string): { readonly seen: string; readonly meant: string } | undefined {
  const [seen, meant] = excerpt.split(between)
  return seen === undefined || meant === undefined ? undefined : { seen, meant }
}

/** Text, where it is text and was short enough to come whole. */
export function textIn(base64: string | undefined): string | undefined {
  const bytes = base64 === undefined ? undefined : decodeBase64(base64)
  return bytes === undefined || bytes.length >= excerptBytes ? undefined : textOf(bytes)
}

/** Tables that somebody else has put beside ours. */
export function notices(_specs: readonly FirewallSpec[], output: ProbeOutput, host: string): readonly Diagnostic[] {
  const tables = (readAnswer(output)?.others ?? []).filter((name) => /^[a-z0-9]+ [A-Za-z0-9_./-]+$/.test(name))
  return tables.slice(0, 20).map((name) =>
    report('unmanaged-table', {
      host,
      summary: `the table ${name} is loaded on ${host}, and no document declares it`,
    }),
  )
}
