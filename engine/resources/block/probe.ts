import type { Observation, ProbeOutput } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { decodeBase64, textOf } from '../base64.ts'
import { excerptBytes } from '../file-probe.ts'
import { numberedLines } from '../numbered-lines.ts'
import { absent, unknown, unparsable } from '../observed.ts'
import { awkLines, probeParts, seenOfFile } from '../part-of-file.ts'
import { type BlockSpec, type BlockState, comments, contentDigest } from './spec.ts'

/** Prints `marks I LINES`, then `block I COMMENT SHA256` and, where it differs from what is wanted, `text I BASE64`. */
export function probe(specs: readonly BlockSpec[]): Script {
  return probeParts(
    specs.map((spec) => ({
      path: spec.path,
      look: read`marks=$(${marks(spec.name, read`"$p"`)})
printf 'marks %s %s\n' "$i" "$marks"
if ${areWhole}; then
  want=${contentDigest(spec) ?? ''}
  ${digests(read`"$p"`)}
  [ "$open" != "$want" ] || has=$open
  printf 'block %s %s %s\n' "$i" "\${marks%% *}" "$has"
  [ "$has" = "$want" ] || printf 'text %s %s\n' "$i" "$(body "$p" | head -c ${excerptBytes + 1} | base64 | tr -d '\\n')"
fi`,
    })),
  )
}

/** The markers of a block as `COMMENT begin LINE COMMENT end LINE`, on one line. */
export function marks(name: string, file: Script): Script {
  return read`NAME=${name} COMMENTS=${comments.join(' ')} awk '${awkLines}
BEGIN { n = split(ENVIRON["COMMENTS"], c, " ") }
{
  s = plain($0)
  for (i = 1; i <= n; i++) {
    if (s == c[i] " BEGIN plumbline " ENVIRON["NAME"]) printf "%s%s begin %d", (m++ ? " " : ""), c[i], NR
    if (s == c[i] " END plumbline " ENVIRON["NAME"]) printf "%s%s end %d", (m++ ? " " : ""), c[i], NR
  }
}' < ${file}`
}

/** A condition: `$marks` are those of one block. Sets `from` and `to`, the markers' lines. */
export const areWhole = read`case $marks in
  *' begin '*' begin '* | *' end '*' end '*) false ;;
  *' begin '*' end '*)
    from=\${marks#* begin } to=\${marks##* end }
    from=\${from%% *}
    case $marks in "\${marks%% *} begin $from \${marks%% *} end $to") [ "$from" -lt "$to" ] ;; *) false ;; esac ;;
  *) false ;;
esac`

/** Digests of the text between the markers: `has` as it stands, `open` without the end of its last line. */
export function digests(file: Script): Script {
  return read`body() { FROM=$from TO=$to awk '${awkLines} NR > ENVIRON["FROM"] + 0 && NR < ENVIRON["TO"] + 0 { print plain($0) }' < "$1"; }
  has=$(body ${file} | sha256sum) && has=\${has%% *}
  open=$(body ${file} | awk '{ printf "%s%s", (NR > 1 ? "\\n" : ""), $0 }' | sha256sum) && open=\${open%% *}`
}

export function parse(specs: readonly BlockSpec[], output: ProbeOutput): readonly Observation<BlockState>[] {
  const lines = numberedLines(output.stdout)
  return specs.map((spec, i): Observation<BlockState> => {
    const file = seenOfFile(lines, i, spec.path)
    if (file !== undefined) return file
    const found = lines.first(i, 'marks')
    if (found === '') return absent
    const block = /^(\S{1,2}) ([0-9a-f]{64})$/.exec(lines.first(i, 'block') ?? '')
    const [, comment, sha256] = block ?? []
    if (comment === undefined || sha256 === undefined) {
      if (found === undefined) return unparsable(spec.path)
      return unknown('unsupported', `the markers of ${spec.name} in ${spec.path} are broken: ${found}`)
    }
    const bytes = decodeBase64(lines.first(i, 'text') ?? '')
    const text = bytes === undefined || bytes.length > excerptBytes ? undefined : textOf(bytes)
    const excerpt = lines.first(i, 'text') === undefined ? undefined : text
    return { status: 'present', state: { sha256, comment }, ...(excerpt !== undefined && { excerpt }) }
  })
}
