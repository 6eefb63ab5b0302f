import type { Discovered, Observation, ProbeOutput } from '../../model/resource.ts'
import { hostPath, join, read, type Script } from '../../model/script.ts'
import { readFileProbe } from '../file-output.ts'
import { fileProbe } from '../file-probe.ts'
import { probeUnowned, readUnowned } from '../found-files.ts'
import { missingTool, taggedLines } from '../observed.ts'
import { words } from '../shell.ts'
import { heading, unitFolder, unitSuffixes } from '../unit-files.ts'
import { identify, named, pathOf, type UnitSpec, type UnitState } from './spec.ts'

/** A look at files; before it, which of them are links to nothing: `masked I`. */
export function probe(specs: readonly UnitSpec[]): Script {
  const paths = specs.map(pathOf)
  return join([
    read`(
set -- ${words(paths.map(hostPath))}
command -v readlink >/dev/null || echo missing readlink
i=0
for p do
  if [ -L "$p" ] && [ "$(readlink "$p")" = /dev/null ]; then echo "masked $i"; fi
  i=$((i+1))
done
)`,
    fileProbe(specs.map((spec, i) => ({ path: paths[i] ?? '', wanted: spec.kept?.sha256 ?? spec.sha256 ?? '-' }))),
  ])
}

export function parse(specs: readonly UnitSpec[], output: ProbeOutput): readonly Observation<UnitState>[] {
  const lines = taggedLines(output.stdout)
  const missing = lines.find(({ tag }) => tag === 'missing')
  if (missing !== undefined) return specs.map(() => missingTool(missing.rest))
  const masked = new Set(lines.flatMap(({ tag, rest }) => (tag === 'masked' ? [Number(rest)] : [])))
  const files = readFileProbe(specs.map(pathOf), output, 'a file')
  return files.map((file, i) =>
    masked.has(i) ? { status: 'present', state: { masked: true } } : (file as Observation<UnitState>),
  )
}

/** Masks and files of our own below /etc/systemd/system. Other links are made by `systemctl enable` and are the service's. */
export const discover = {
  probe: join([
    read`(
for p in "$R"${unitFolder}/*; do
  if [ -L "$p" ] && [ "$(readlink "$p")" = /dev/null ]; then echo "mask \${p##*/}"; fi
done
)`,
    probeUnowned(
      words([...unitSuffixes.map((suffix) => read`"$R"${unitFolder}/*.${suffix}`), read`"$R"${unitFolder}/*.d/*.conf`]),
    ),
  ]),
  parse(output: ProbeOutput): readonly Discovered<UnitSpec>[] {
    const files = readUnowned(output).flatMap(({ path, seen }): Discovered<UnitSpec>[] => {
      const id = path.slice(unitFolder.length + 1)
      if (seen.status !== 'present' || seen.excerpt === undefined || !isUnit(id)) return []
      // A timer's, which finds them itself: two resources of one file would be a mistake.
      if (/\.(timer|service)$/.test(id) && seen.excerpt.startsWith(heading)) return []
      const { mode, owner, group } = seen.state
      if (mode !== '0644' || owner !== 'root' || group !== 'root') return []
      return [{ spec: { ...named(id), content: seen.excerpt } }]
    })
    const masks = taggedLines(output.stdout).flatMap(({ tag, rest }): Discovered<UnitSpec>[] =>
      tag === 'mask' && isUnit(rest) ? [{ spec: { name: rest, masked: true } }] : [],
    )
    return output.stdout.endsWith('\nend\n') ? [...masks, ...files] : []
  },
}

/** Whether a name is one that the schema takes. */
function isUnit(id: string): boolean {
  const { name, dropIn } = named(id)
  const plain = /^[A-Za-z0-9_-][A-Za-z0-9:_.@\\-]{0,200}\.[a-z]+$/.test(name)
  const suffix = /[^.]+$/.exec(name)?.[0] ?? ''
  const known = unitSuffixes.some((s) => s === suffix)
  return plain && known && identify({ name, ...(dropIn !== undefined && { dropIn }) }) === id && isDropIn(dropIn)
}

const isDropIn = (dropIn: string | undefined): boolean =>
  dropIn === undefined || (/^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,100}$/.test(dropIn) && !dropIn.endsWith('.conf'))
