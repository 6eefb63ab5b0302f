import type { Discovered, ProbeOutput } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { leftOut } from '../left-out.ts'
import { taggedLines } from '../observed.ts'
import { isReserved } from '../reserved.ts'
import type { GroupSpec } from './spec.ts'

/** Prints `group NAME GID` for groups with numbers of people's that are nobody's own. */
const probe: Script = read`awk -F: '
FNR == 1 { file++ }
file == 1 { own[$1 ":" $4]; next }
$3 >= 1000 && $3 < 60000 && $1 != "plumbline" && !(($1 ":" $3) in own) && !seen[$1]++ { print "group", $1, $3 }
END { print "end" }' "$R/etc/passwd" "$R/etc/group" 2>/dev/null
`

function parse(output: ProbeOutput): readonly Discovered<GroupSpec>[] {
  const lines = taggedLines(output.stdout)
  if (!lines.some((l) => l.tag === 'end')) return []
  return lines.flatMap(({ tag, rest }): Discovered<GroupSpec>[] => {
    const [, name, gid] = /^(\S+) (\d{1,10})$/.exec(rest) ?? []
    if (tag !== 'group' || name === undefined || gid === undefined) return []
    if (isReserved(name)) {
      return [leftOut(`group:${name}`, 'its name is reserved, or in no form that documents take')]
    }
    return [{ spec: { name, gid: Number(gid) } }]
  })
}

export const discover = { probe, parse }
