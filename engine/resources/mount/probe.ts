import type { Observation, ProbeOutput } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { isBooted } from '../booted.ts'
import { numberedLines } from '../numbered-lines.ts'
import { absent, missingTool, noPermission, unknown, unparsable } from '../observed.ts'
import { decode, encode, flagsOf, type MountSpec, type MountState, readEntry } from './spec.ts'

/** Prints `entry I SOURCE TYPE OPTIONS DUMP PASS` for each line of fstab, and `live I TYPE OPTIONS` for the topmost mount, or `off I`. */
export function probe(specs: readonly MountSpec[]): Script {
  return read`(
${tables}
set -- ${specs.map((spec) => encode(spec.path))}
i=0
for want do
  I=$i WANT=$want awk '!/^[ \\t]*#/ && NF >= 3 {
    path = $2
    if (path != "/") sub("/+$", "", path)
    if (path == ENVIRON["WANT"]) print "entry", ENVIRON["I"], $1, $3, (NF > 3 ? $4 : "defaults"), (NF > 4 ? $5 : 0), (NF > 5 ? $6 : 0)
  }' < "$tab"
  if [ -n "$live" ]; then
    I=$i WANT=$want awk '$5 == ENVIRON["WANT"] { for (k = 7; k <= NF && $k != "-"; k++); t = $(k + 1); o = $6 }
      END { if (t != "") print "live", ENVIRON["I"], t, o; else print "none", ENVIRON["I"] }' < "$live"
  else echo "off $i"
  fi
  i=$((i+1))
done
echo end
) </dev/null
`
}

/** Sets `tab`, and `live` where the target runs. */
export const tables = read`LC_ALL=C
export LC_ALL
command -v awk >/dev/null || echo missing awk
tab="$R/etc/fstab" live=
if [ -L "$tab" ] || { [ -e "$tab" ] && [ ! -f "$tab" ]; }; then echo 'odd 0'; tab=/dev/null
elif [ ! -e "$tab" ]; then
  [ -x "$R/etc" ] || echo 'denied 0'
  tab=/dev/null
elif [ ! -r "$tab" ]; then echo 'denied 0'; tab=/dev/null
fi
if ${isBooted} && [ -r "$R/proc/self/mountinfo" ]; then live="$R/proc/self/mountinfo"; fi`

export function parse(specs: readonly MountSpec[], output: ProbeOutput): readonly Observation<MountState>[] {
  const lines = numberedLines(output.stdout)
  const [missing] = lines.missing
  return specs.map(({ path }, i): Observation<MountState> => {
    if (missing !== undefined) return missingTool(missing)
    if (!lines.whole) return unparsable(path)
    if (lines.first(0, 'denied') !== undefined) return noPermission('/etc/fstab')
    if (lines.first(0, 'odd') !== undefined) return unknown('unsupported', '/etc/fstab is not a regular file')
    const found = lines.all(i, 'entry')
    if (found.length > 1) return unknown('unsupported', `${found.length} lines of /etc/fstab are about ${path}`)
    const [line] = found
    const entry = line === undefined ? null : readEntry(line.split(' '))
    const live = readLive(lines.first(i, 'live'))
    const off = lines.first(i, 'off') !== undefined
    if (entry === undefined || (live === null && !off && lines.first(i, 'none') === undefined)) return unparsable(path)
    if (entry === null && live === null) return absent
    return { status: 'present', state: { entry, live, mounted: off ? null : live !== null } }
  })
}

export function readLive(text: string | undefined): MountState['live'] {
  const [type, options] = (text ?? '').split(' ')
  if (type === undefined || options === undefined) return null
  return { type: decode(type), flags: flagsOf(options.split(',')) }
}
