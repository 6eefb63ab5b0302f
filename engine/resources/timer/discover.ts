import type { Discovered, Observation, ProbeOutput } from '../../model/resource.ts'
import { join, read } from '../../model/script.ts'
import type { Seen } from '../file-output.ts'
import { probeUnowned, readUnowned } from '../found-files.ts'
import { absent, splitFirst, taggedLines } from '../observed.ts'
import { unitFolder } from '../unit-files.ts'
import { fileOf, statesOf } from './probe.ts'
import { servicePath, type TimerSays, type TimerSpec, timerPath, type UnitFile } from './spec.ts'
import { parseService, parseTimer } from './unit-text.ts'

/** Timers in the form that we write; all others are unit files. */
export const discover = {
  probe: join([
    probeUnowned(read`"$R"${unitFolder}/*.timer "$R"${unitFolder}/*.service`),
    read`(
set --
for p in "$R"${unitFolder}/*.timer; do
  if [ -f "$p" ]; then set -- "$@" "\${p##*/}"; fi
done
i=0
for u do
  printf 'timer %s %s\n' "$i" "$u"
  i=$((i+1))
done
${statesOf}
echo end
)`,
  ]),
  parse(output: ProbeOutput): readonly Discovered<TimerSpec>[] {
    const files = new Map(readUnowned(output).map(({ path, seen }) => [path, seen]))
    const states = statesIn(output)
    return [...states].flatMap(([name, state]) => discovered(name, state, files))
  },
}

/** By name without an ending: whether it runs, and what systemd calls its state. */
function statesIn({ stdout }: ProbeOutput): ReadonlyMap<string, readonly [string, string]> {
  const lines = taggedLines(stdout)
  const units = new Map(lines.flatMap(({ tag, rest }) => (tag === 'unit' ? [splitFirst(rest)] : [])))
  return new Map(
    lines.flatMap(({ tag, rest }) => {
      const [, index = '', name] = (tag === 'timer' && /^(\d+) ([A-Za-z0-9_.@-]{1,100})\.timer$/.exec(rest)) || []
      const [, active = '', unitFile = ''] = (units.get(index) ?? '').split(' ')
      return name === undefined || unitFile === '' ? [] : [[name, [active, unitFile]] as const]
    }),
  )
}

function discovered(
  name: string,
  [active, unitFile]: readonly [string, string],
  files: ReadonlyMap<string, Observation<Seen>>,
): Discovered<TimerSpec>[] {
  const timer = fileOf(files.get(timerPath(name)) ?? absent, (text) => parseTimer(name, text))
  const service = fileOf(files.get(servicePath(name)) ?? absent, (text) => parseService(name, text))
  const says = timer?.says ?? null
  if (timer === null || says === null || !isPlain(timer)) return []
  const command = says.unit === `${name}.service` ? (service?.says ?? null) : null
  if (command !== null && service !== null && !isPlain(service)) return []
  const spec = {
    name,
    ...said(says),
    ...(command ?? { unit: says.unit }),
    enabled: unitFile === 'enabled',
    running: active === 'active',
  }
  return [{ spec, claims: command === null ? [timerPath(name)] : [timerPath(name), servicePath(name)] }]
}

const isPlain = ({ mode, owner, group }: UnitFile): boolean => mode === '0644' && owner === 'root' && group === 'root'

function said({ onCalendar, onBootSec, onUnitActiveSec, persistent, randomizedDelay }: TimerSays): Partial<TimerSpec> {
  return {
    ...(onCalendar.length > 0 && { onCalendar }),
    ...(onBootSec !== null && { onBootSec }),
    ...(onUnitActiveSec !== null && { onUnitActiveSec }),
    ...(persistent && { persistent }),
    ...(randomizedDelay !== null && { randomizedDelay }),
  }
}
