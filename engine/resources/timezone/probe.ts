import type { Discovered, Observation, ProbeOutput } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { leftOut } from '../left-out.ts'
import { absent, missingTool, noPermission, taggedLines, unknown, unparsable } from '../observed.ts'
import { type TimezoneSpec, type TimezoneState, zoneForm } from './spec.ts'

/** Prints `missing TOOL`, `link TARGET` or `no link|file`, `name ZONE`, `none` or `denied`, and `end`. */
const look: Script = read`(
l=$R/etc/localtime f=$R/etc/timezone
for t in readlink awk; do command -v "$t" >/dev/null || echo "missing $t"; done
if [ -L "$l" ]; then printf 'link %s\n' "$(readlink -- "$l")"
elif [ -e "$l" ]; then echo no file
else echo no link
fi
if [ -r "$f" ]; then awk '{ print "name", $1; n = 1; exit } END { if (!n) print "name" }' "$f"
elif [ -e "$f" ]; then echo denied
else echo none
fi
echo end
) 2>/dev/null
`

export const probe = (_specs: readonly TimezoneSpec[]): Script => look

export function parse(specs: readonly TimezoneSpec[], output: ProbeOutput): readonly Observation<TimezoneState>[] {
  const seen = observe(output)
  return specs.map(() => seen)
}

function observe(output: ProbeOutput): Observation<TimezoneState> {
  const lines = taggedLines(output.stdout)
  const first = (tag: string) => lines.find((l) => l.tag === tag)?.rest
  const missing = first('missing')
  if (missing !== undefined) return missingTool(missing)
  if (first('denied') !== undefined) return noPermission('/etc/timezone')
  if (first('end') === undefined) return unparsable('the time zone')
  if (first('no') === 'link') return absent
  if (first('no') === 'file') return unknown('unsupported', '/etc/localtime is a file, not a symbolic link')
  const zone = /^(?:.*\/)?zoneinfo\/(.+)$/.exec(first('link') ?? '')?.[1]
  if (zone === undefined || !zoneForm.test(zone)) return unparsable('/etc/localtime')
  const file = first('none') === undefined ? first('name') : null
  return file === undefined ? unparsable('/etc/timezone') : { status: 'present', state: { zone, file } }
}

/** A fresh host is in UTC. */
export const discover = {
  probe: look,
  parse(output: ProbeOutput): readonly Discovered<TimezoneSpec>[] {
    const seen = observe(output)
    if (seen.status !== 'present') return []
    const { zone, file } = seen.state
    const claims = ['/etc/localtime', '/etc/timezone']
    if (file !== null && file !== zone) {
      return [leftOut('timezone:system', `/etc/localtime is ${zone}, /etc/timezone says ${file}`, claims)]
    }
    return zone === 'Etc/UTC' || zone === 'UTC' ? [] : [{ spec: { zone }, claims }]
  },
}
