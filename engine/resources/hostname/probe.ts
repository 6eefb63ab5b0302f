import type { Discovered, Observation, ProbeOutput } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { leftOut } from '../left-out.ts'
import { absent, missingTool, noPermission, taggedLines, unparsable } from '../observed.ts'
import type { HostnameSpec, HostnameState } from './spec.ts'

/** Prints `missing TOOL`, `file ok|denied|missing`, `static NAME`, on a running host `running NAME`, and `end`. */
const look: Script = read`(
f=$R/etc/hostname
for t in awk uname; do command -v "$t" >/dev/null || echo "missing $t"; done
if [ -r "$f" ]; then
  echo file ok
  awk '/^[ \t]*(#|$)/ { next } { print "static", $1; exit }' "$f" 2>/dev/null
elif [ -e "$f" ]; then echo file denied
else echo file missing
fi
if [ -z "$R" ]; then printf 'running %s\n' "$(uname -n)"; else echo offline; fi
echo end
) 2>/dev/null
`

export const probe = (_specs: readonly HostnameSpec[]): Script => look

export function parse(specs: readonly HostnameSpec[], output: ProbeOutput): readonly Observation<HostnameState>[] {
  const seen = observe(output)
  return specs.map(() => seen)
}

function observe(output: ProbeOutput): Observation<HostnameState> {
  const lines = taggedLines(output.stdout)
  const first = (tag: string) => lines.find((l) => l.tag === tag)?.rest
  const missing = first('missing')
  if (missing !== undefined) return missingTool(missing)
  const file = first('file')
  if (file === 'denied') return noPermission('/etc/hostname')
  const running = first('offline') === undefined ? first('running') : null
  if (first('end') === undefined || running === undefined || running === '') return unparsable('the name of the host')
  const name = first('static')
  if (file === 'missing' || (file === 'ok' && name === undefined)) return absent
  if (file !== 'ok' || name === undefined) return unparsable('/etc/hostname')
  return { status: 'present', state: { static: name, running } }
}

/** A name belongs to its host, so that it always differs from what a distribution brings. */
export const discover = {
  probe: look,
  parse(output: ProbeOutput): readonly Discovered<HostnameSpec>[] {
    const seen = observe(output)
    if (seen.status !== 'present') return []
    const { static: name, running } = seen.state
    if (running !== null && running !== name) {
      return [leftOut('hostname:system', `/etc/hostname says ${name}, the kernel ${running}`)]
    }
    const plain =
      name.length <= 64 && /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/.test(name)
    return plain ? [{ spec: { name }, claims: ['/etc/hostname'] }] : []
  },
}
