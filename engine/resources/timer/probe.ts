import type { Observation, ProbeOutput } from '../../model/resource.ts'
import { join, read, type Script } from '../../model/script.ts'
import { isBooted } from '../booted.ts'
import { readFileProbe, type Seen } from '../file-output.ts'
import { fileProbe } from '../file-probe.ts'
import { numberedLines } from '../numbered-lines.ts'
import { absent, missingTool, unparsable } from '../observed.ts'
import { servicePath, type TimerSpec, type TimerState, timerPath } from './spec.ts'
import { parseService, parseTimer } from './unit-text.ts'

/** How systemd sees each timer (`unit I LOAD ACTIVE STATE`), then the files of all. */
export function probe(specs: readonly TimerSpec[]): Script {
  const paths = specs.flatMap(({ name }) => [timerPath(name), servicePath(name)])
  return join([
    read`(
set -- ${specs.map((spec) => `${spec.name}.timer`)}
${statesOf}
)`,
    fileProbe(paths.map((path) => ({ path, wanted: 'none' }))),
  ])
}

export const statesOf = read`command -v systemctl >/dev/null || echo missing systemctl
i=0
for u do
  if ${isBooted}; then
    systemctl \${R:+--root="$R"} show --property=LoadState --property=ActiveState --property=UnitFileState -- "$u" 2>/dev/null |
      I=$i awk -F= '
        { v[$1] = $2 }
        function word(k) { return v[k] ~ /^[a-z-]+$/ ? v[k] : "-" }
        END { print "unit", ENVIRON["I"], word("LoadState"), word("ActiveState"), word("UnitFileState") }'
  else
    s=$(systemctl --root="$R" is-enabled -- "$u" 2>/dev/null)
    case $s in '' | *[!a-z-]*) s=- ;; esac
    printf 'unit %s - offline %s\n' "$i" "$s"
  fi
  i=$((i+1))
done </dev/null`

export function parse(specs: readonly TimerSpec[], output: ProbeOutput): readonly Observation<TimerState>[] {
  const lines = numberedLines(output.stdout)
  const [missing] = lines.missing
  if (missing !== undefined) return specs.map(() => missingTool(missing))
  const paths = specs.flatMap(({ name }) => [timerPath(name), servicePath(name)])
  const files = readFileProbe(paths, output, 'a file')
  return specs.map((spec, i): Observation<TimerState> => {
    const [timer, service] = [files[2 * i] ?? absent, files[2 * i + 1] ?? absent]
    if (timer.status === 'unknown') return timer
    if (service.status === 'unknown') return service
    const unit = /^(\S+) (\S+) (\S+)$/.exec(lines.first(i, 'unit') ?? '')
    if (!lines.whole || unit === null) return unparsable(`the timer ${spec.name}`)
    const [, load = '-', active = '-', unitFile = '-'] = unit
    if (active === '-' || (active !== 'offline' && load === '-')) return unparsable(`the timer ${spec.name}`)
    return seen(spec, timer, service, unitFile, active === 'offline' ? null : active === 'active')
  })
}

/** A service of the same name that is not in our form is somebody else's, unless the declaration would write it. */
function seen(
  spec: TimerSpec,
  timer: Observation<Seen>,
  service: Observation<Seen>,
  unitFile: string,
  running: boolean | null,
): Observation<TimerState> {
  const timerFile = fileOf(timer, (text) => parseTimer(spec.name, text))
  const serviceFile = fileOf(service, (text) => parseService(spec.name, text))
  const isOurs = serviceFile !== null && serviceFile.says !== null
  const ours = isOurs || spec.command !== undefined || (spec.kept?.service ?? null) !== null ? serviceFile : null
  if (timerFile === null && ours === null) return absent
  return { status: 'present', state: { timer: timerFile, service: ours, unitFile, running } }
}

/** A file with what it says in our form. */
export function fileOf<Says>(file: Observation<Seen>, read_: (text: string) => Says | null) {
  if (file.status !== 'present') return null
  const { sha256 = '', mode, owner, group } = file.state
  return { sha256, mode, owner, group, says: file.excerpt === undefined ? null : read_(file.excerpt) }
}
