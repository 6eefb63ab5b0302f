import type { Observation, ProbeOutput } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { isBooted } from '../booted.ts'
import { absent, missingTool, noPermission, unknown, unparsable, wholeLines } from '../observed.ts'
import { type ServiceSpec, type ServiceState, unitOf } from './spec.ts'

/** One `systemctl show` for all units of a running host; below a prefix that does not run, one `is-enabled` for each. */
export function probe(specs: readonly ServiceSpec[]): Script {
  return read`(
set -- ${specs.map((spec) => unitOf(spec.name))}
if ! command -v systemctl >/dev/null; then echo =missing
elif ${isBooted}; then
  echo =show
  systemctl \${R:+--root="$R"} --no-pager show --property=Id --property=LoadState --property=ActiveState --property=SubState --property=UnitFileState -- "$@" || echo =failed
else
  echo =offline
  for u do
    s=$(systemctl --root="$R" is-enabled -- "$u" 2>/dev/null)
    printf 'UnitFileState=%s\n\n' "$s"
  done
fi
echo
echo =end
) 2>&1
`
}

export function parse(specs: readonly ServiceSpec[], output: ProbeOutput): readonly Observation<ServiceState>[] {
  const [mode, text] = splitMode(wholeLines(output.stdout).join('\n'))
  const failed = /^=failed$/m.test(text)
  const blocks = text.split(/\n{2,}/).flatMap((block) => {
    const properties = new Map(block.split('\n').flatMap((line) => property(line)))
    return properties.size === 0 ? [] : [properties]
  })
  return specs.map((spec, i): Observation<ServiceState> => {
    if (mode === '=missing') return missingTool('systemctl')
    if (failed && /bus|not been booted/i.test(text)) return unknown('unsupported', `systemd does not answer: ${text}`)
    if (failed && /denied/i.test(text)) return noPermission('systemctl')
    const block = blocks.length === specs.length ? blocks[i] : undefined
    if (block === undefined || failed || !/^=end$/m.test(text)) return unparsable(`the unit ${spec.name}`)
    return mode === '=show' ? seen(spec, block) : mode === '=offline' ? seenOffline(spec, block) : unparsable(spec.name)
  })
}

function seen(spec: ServiceSpec, block: ReadonlyMap<string, string>): Observation<ServiceState> {
  const load = block.get('LoadState')
  const active = block.get('ActiveState')
  const unitFile = block.get('UnitFileState')
  if (load === undefined || active === undefined || unitFile === undefined) return unparsable(`the unit ${spec.name}`)
  if (load === 'not-found') return absent
  // A unit between two attempts to start it says that it is activating; it does not run.
  const waits = active === 'activating' && block.get('SubState') === 'auto-restart'
  const running = ['active', 'reloading', 'activating', 'refreshing'].includes(active) && !waits
  return present(spec, { unitFile, running })
}

function seenOffline(spec: ServiceSpec, block: ReadonlyMap<string, string>): Observation<ServiceState> {
  const unitFile = block.get('UnitFileState') ?? ''
  if (unitFile === '' || unitFile === 'not-found') return absent
  return /^[a-z-]+$/.test(unitFile) ? present(spec, { unitFile, running: null }) : unparsable(`the unit ${spec.name}`)
}

/** A unit that neither runs nor starts is as gone as a service can be while its package is there. */
function present(spec: ServiceSpec, state: ServiceState): Observation<ServiceState> {
  if (spec.ensure === 'absent' && state.running !== true && !state.unitFile.startsWith('enabled')) return absent
  return { status: 'present', state }
}

function splitMode(stdout: string): readonly [string, string] {
  const found = /^=(missing|show|offline)$/m.exec(stdout)
  return found === null ? ['', stdout] : [found[0], stdout.slice(found.index + found[0].length + 1)]
}

function property(line: string): [string, string][] {
  const found = /^(Id|LoadState|ActiveState|SubState|UnitFileState)=(.*)$/.exec(line)
  return found?.[1] === undefined ? [] : [[found[1], found[2] ?? '']]
}
