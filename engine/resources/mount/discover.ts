import type { Discovered, ProbeOutput } from '../../model/resource.ts'
import { read } from '../../model/script.ts'
import { splitFirst, taggedLines } from '../observed.ts'
import { readLive, tables } from './probe.ts'
import { decode, type MountSpec, readEntry } from './spec.ts'

/** What an installation brings along, or what has no place in the tree. */
const brought = /^(\/|\/boot|\/boot\/efi|\/efi|none|swap|\/(proc|sys|dev|run)(\/.*)?|\/media\/(cdrom|floppy)\d*|\/usr)$/

/** Lines of fstab that somebody added. A path that has several is left alone. */
export const discover = {
  probe: read`(
${tables}
awk '!/^[ \\t]*#/ && NF >= 3 { print "entry", $2, $1, $3, (NF > 3 ? $4 : "defaults"), (NF > 4 ? $5 : 0), (NF > 5 ? $6 : 0) }' < "$tab"
[ -z "$live" ] || awk '{ for (k = 7; k <= NF && $k != "-"; k++); print "live", $5, $(k + 1), $6 }' < "$live"
echo end
) </dev/null
`,
  parse({ stdout }: ProbeOutput): readonly Discovered<MountSpec>[] {
    if (!/(^|\n)end\n$/.test(stdout)) return []
    const lines = taggedLines(stdout)
    const live = new Map(lines.flatMap(({ tag, rest }) => (tag === 'live' ? [splitFirst(rest)] : [])))
    const entries = lines.flatMap(({ tag, rest }) => (tag === 'entry' ? [splitFirst(rest)] : []))
    return entries.flatMap(([where, fields]): Discovered<MountSpec>[] => {
      const path = decode(where)
      const entry = readEntry(fields.split(' '))
      const plain = /^\/[^\p{Cc}]*[^/\p{Cc}]$/u.test(path) && !brought.test(path)
      if (entry === undefined || !plain || entries.filter(([other]) => other === where).length > 1) return []
      const { device, type, options, dump, pass } = entry
      return [
        {
          spec: {
            path,
            device,
            type,
            ...(options.length > 0 && { options }),
            ...(dump > 0 && { dump }),
            ...(pass > 0 && { pass }),
            mounted: readLive(live.get(where)) !== null,
          },
        },
      ]
    })
  },
}
