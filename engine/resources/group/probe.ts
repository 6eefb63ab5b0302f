import type { Observation, ProbeOutput } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { absent, missingTool, noPermission, taggedLines, unparsable } from '../observed.ts'
import type { GroupSpec, GroupState } from './spec.ts'

/** Prints `file ok|denied|missing`, then `group NAME GID` for each that is asked for. */
export function probe(specs: readonly GroupSpec[]): Script {
  return read`f=$R/etc/group
command -v awk >/dev/null || echo missing awk
if [ -r "$f" ]; then echo file ok
elif [ -e "$f" ]; then echo file denied
else echo file missing
fi
N=${specs.map((s) => s.name).join('\n')} awk -F: '
BEGIN { n = split(ENVIRON["N"], names, "\\n"); for (i = 1; i <= n; i++) wanted[names[i]] }
$1 in wanted { print "group", $1, $3 }
END { print "end" }' "$f" 2>/dev/null
`
}

export function parse(specs: readonly GroupSpec[], output: ProbeOutput): readonly Observation<GroupState>[] {
  const lines = taggedLines(output.stdout)
  const said = (tag: string, rest: string) => lines.some((l) => l.tag === tag && l.rest === rest)
  const gids = new Map<string, string>()
  for (const { tag, rest } of lines) {
    const parts = tag === 'group' ? /^(\S+) (\d{1,10})$/.exec(rest) : null
    if (parts?.[1] !== undefined && parts[2] !== undefined && !gids.has(parts[1])) gids.set(parts[1], parts[2])
  }
  return specs.map(({ name }) => {
    if (said('missing', 'awk')) return missingTool('awk')
    if (said('file', 'denied')) return noPermission('/etc/group')
    const gid = gids.get(name)
    if (gid !== undefined) return { status: 'present', state: { gid: Number(gid) } }
    const whole =
      said('file', 'ok') && said('end', '') && !lines.some((l) => l.tag === 'group' && l.rest.startsWith(`${name} `))
    return whole ? absent : unparsable('/etc/group')
  })
}
