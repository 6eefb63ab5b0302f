import type { Discovered, ProbeOutput } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { taggedLines } from '../observed.ts'
import { shippedFiles, unchangedFiles } from '../shipped-files.ts'
import { filesOf, modulesOf, settingsOf } from './files.ts'
import { kept, listFiles } from './probe.ts'
import type { ModuleSpec } from './spec.ts'

const probe: Script = read`(
${listFiles}
${shippedFiles('/etc/mod')}
awk '
${kept}
{ print "line", number[FILENAME], $0 }
END { print "end" }' "$@" 2>/dev/null
)
`

/** Modules that hand-made files name. Files that say anything else, too, are left to be taken as files. */
function parse(output: ProbeOutput): readonly Discovered<ModuleSpec>[] {
  const lines = taggedLines(output.stdout)
  if (!lines.some((l) => l.tag === 'end')) return []
  const files = filesOf(lines)
  const unchanged = unchangedFiles(lines)
  const claims = new Map<string, string[]>()
  for (const kind of ['load', 'probe'] as const) {
    for (const file of files[kind]) {
      if (!file.path.startsWith('/etc/') || unchanged.has(file.path)) continue
      for (const name of modulesOf(file, kind) ?? []) claims.set(name, [...(claims.get(name) ?? []), file.path])
    }
  }
  return [...claims].sort().flatMap(([name, paths]): Discovered<ModuleSpec>[] => {
    const { boot, blacklist, parameters } = settingsOf(files, name)
    if (!Object.entries(parameters).every(([k, v]) => /^[A-Za-z0-9_.-]{1,64}$/.test(k) && /^[^\s"'\\#]+$/.test(v)))
      return []
    return [
      {
        spec: {
          name,
          ...(Object.keys(parameters).length > 0 && { parameters }),
          ...(boot === blacklist && { boot }),
          ...(blacklist && { blacklist }),
        },
        claims: [...new Set(paths)],
      },
    ]
  })
}

export const discover = { probe, parse }
