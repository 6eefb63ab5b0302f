import type { Observation, ProbeOutput } from '../../model/resource.ts'
import { hostPath, join, read, type Script } from '../../model/script.ts'
import { type NumberedLines, numberedLines } from '../numbered-lines.ts'
import { absent, missingTool, noPermission, unknown, unparsable } from '../observed.ts'
import { fingerprint } from './fingerprint.ts'
import { type ArchiveSpec, type ArchiveState, noteOf } from './spec.ts'

/** Prints for each folder `absent I`, `denied I`, `odd I`, or `note I …` and `now I DIGEST`; a folder without a note is `stranger I`. */
export function probe(specs: readonly ArchiveSpec[]): Script {
  return read`(
exec </dev/null
for t in stat find sort sha256sum cut; do command -v "$t" >/dev/null || echo "missing $t"; done
${fingerprint}
look() {
  d=\${2%/*}
  while [ -n "$d" ] && [ ! -d "$d" ]; do d=\${d%/*}; done
  if [ -L "$2" ]; then echo "odd $1"
  elif [ ! -e "$2" ]; then
    if [ -x "\${d:-/}" ]; then echo "absent $1"; else echo "denied $1"; fi
  elif [ ! -d "$2" ]; then echo "odd $1"
  elif [ -f "$3" ] && [ -r "$3" ]; then
    printf 'note %s %s\n' "$1" "$(head -n 1 < "$3" | head -c 400)"
    now=$(fingerprint "$2") && printf 'now %s %s\n' "$1" "$now" || echo "denied $1"
  elif d=\${3%/*}; [ -d "$d" ] || d=\${d%/*}; [ -d "$d" ] && [ ! -x "$d" ]; then echo "denied $1"
  else echo "stranger $1"
  fi
}
${join(specs.map((spec, i) => read`look ${i} ${hostPath(spec.path)} ${hostPath(noteOf(spec.path))}`))}
echo end
)
`
}

export function parse(specs: readonly ArchiveSpec[], output: ProbeOutput): readonly Observation<ArchiveState>[] {
  const lines = numberedLines(output.stdout)
  const [tool] = lines.missing
  return specs.map((spec, i) => (tool === undefined ? seen(spec.path, lines, i) : missingTool(tool)))
}

function seen(path: string, lines: NumberedLines, i: number): Observation<ArchiveState> {
  const has = (tag: string) => lines.first(i, tag) !== undefined
  if (!lines.whole) return unparsable(path)
  if (has('denied')) return noPermission(path)
  if (has('absent')) return absent
  if (has('odd')) return unknown('unsupported', `${path} is no folder`)
  if (has('stranger')) {
    return unknown(
      'unsupported',
      `${path} is there and was not unpacked by this engine: move it away, or choose another path`,
    )
  }
  const note = /^(sha256:[0-9a-f]{64}) (\S+) (\S+) (\d) ([0-9a-f]{64})$/.exec(lines.first(i, 'note') ?? '')
  const now = lines.first(i, 'now')
  if (note === null || now === undefined || !/^[0-9a-f]{64}$/.test(now)) return unparsable(path)
  const [, checksum = '', owner = '', group = '', strip, then] = note
  return { status: 'present', state: { checksum, owner, group, strip: Number(strip), intact: now === then } }
}
