import type { Discovered, ProbeOutput } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { isBooted } from '../booted.ts'
import { taggedLines } from '../observed.ts'
import { heading } from '../unit-files.ts'
import type { ServiceSpec } from './spec.ts'

const kinds = '*.service,*.socket,*.timer,*.path'.split(',')

/**
 * Prints, where systemd runs: `file UNIT STATE`, `active UNIT ACTIVE SUB`; `default UNIT` for what packages switch on when they are
 * installed, `masked UNIT` and `own UNIT` for links to nowhere and files in /etc/systemd/system, `timer UNIT` for timers of ours, `instance UNIT` for what is
 * switched on of a template, and `wanted UNIT` for services of packages that somebody chose.
 */
const probe: Script = read`(
if ${isBooted}; then
  systemctl \${R:+--root="$R"} list-unit-files --no-legend --no-pager --plain ${kinds} | awk '{ print "file", $1, $2 }'
  systemctl \${R:+--root="$R"} list-units --all --no-legend --no-pager --plain ${kinds} | awk '{ print "active", $1, $3, $4 }'
  cd -P "\${R:-/}" || exit
  find var/lib/systemd/deb-systemd-helper-enabled -mindepth 2 -printf 'default %f\n'
  find etc/systemd/system -maxdepth 1 -type l -lname /dev/null -printf 'masked %f\n'
  find etc/systemd/system -maxdepth 1 -type f -printf 'own %f\n'
  for f in etc/systemd/system/*.timer; do
    [ -f "$f" ] || continue
    IFS= read -r l < "$f"
    [ "$l" != ${heading.trimEnd()} ] || echo "timer \${f##*/}"
  done
  find etc/systemd/system -mindepth 2 -path '*.wants/*@?*.*' -printf 'instance %f\n'
  awk '
  FNR == 1 { kind = FILENAME ~ /\\.list$/ ? "list" : FILENAME ~ /extended_states$/ ? "auto" : "status"
    p = FILENAME; sub(/.*\\//, "", p); sub(/(:[a-z0-9]+)?\\.list$/, "", p) }
  kind == "list" { if (!(p in base) && $0 ~ /\\/systemd\\/system\\/[^\\/]+\\.service$/) { sub(/.*\\//, ""); print "wanted", $0 } next }
  /^Package: / { name = $2 }
  kind == "auto" && /^Auto-Installed: 1/ { base[name] }
  kind == "status" && /^(Essential: yes|Priority: (required|important))/ { base[name] }
  ' var/lib/dpkg/status $(ls var/lib/apt/extended_states) var/lib/dpkg/info/*.list
  echo end
fi
) 2>/dev/null
`

/** Units that systemd itself switches on when it is installed. */
const ofSystemd = new Set(['systemd-pstore.service', 'getty@tty1.service', 'remote-fs.target'])

/** What was switched on or off by hand, units of somebody's own, and services of packages that somebody chose. */
function parse(output: ProbeOutput): readonly Discovered<ServiceSpec>[] {
  const lines = taggedLines(output.stdout)
  if (!lines.some((l) => l.tag === 'end')) return []
  const set = (tag: string) => new Set(lines.flatMap((l) => (l.tag === tag ? [l.rest] : [])))
  const host = {
    defaults: set('default'),
    own: set('own'),
    wanted: set('wanted'),
    running: new Set(lines.flatMap((l) => (l.tag === 'active' ? runningUnit(l.rest) : []))),
  }
  const units = new Map(lines.flatMap((l) => (l.tag === 'file' ? [pair(l.rest)] : [])))
  // Timers of ours and masks are told of by their own types.
  for (const unit of [...set('timer'), ...set('masked')]) units.delete(unit)
  for (const unit of set('instance')) if (!host.defaults.has(unit)) units.set(unit, 'enabled')
  return [...units].sort().flatMap(([unit, state]): Discovered<ServiceSpec>[] => {
    if (!/^[A-Za-z0-9_][A-Za-z0-9:_.@\\-]{0,250}$/.test(unit) || /@\.[a-z]+$/.test(unit)) return []
    const wish = wishOf(unit, state, host)
    if (wish === undefined) return []
    return [{ spec: { name: unit.replace(/\.service$/, ''), ...wish } }]
  })
}

interface Units {
  readonly defaults: ReadonlySet<string>
  readonly own: ReadonlySet<string>
  readonly wanted: ReadonlySet<string>
  readonly running: ReadonlySet<string>
}

function wishOf(unit: string, state: string, host: Units): Omit<ServiceSpec, 'name'> | undefined {
  const running = host.running.has(unit)
  // One that ended by itself is not one that shall not run.
  const runs = running ? { running } : {}
  if (host.own.has(unit)) {
    if (state === 'enabled') return { enabled: true, ...runs }
    return state === 'disabled' && running ? { enabled: false, running } : undefined
  }
  if (state === 'disabled') return host.defaults.has(unit) ? { enabled: false, running } : undefined
  if (state !== 'enabled' || ofSystemd.has(unit)) return undefined
  // Without the notes of Debian's tools nobody can tell who switched it on.
  const byHand = host.defaults.size > 0 && !host.defaults.has(unit)
  return byHand || (running && host.wanted.has(unit)) ? { enabled: true, ...runs } : undefined
}

function runningUnit(text: string): readonly string[] {
  const [unit = '', active = '', sub = ''] = text.split(' ')
  const waits = active === 'activating' && sub === 'auto-restart'
  return ['active', 'reloading', 'activating', 'refreshing'].includes(active) && !waits ? [unit] : []
}

function pair(text: string): readonly [string, string] {
  const [unit = '', state = ''] = text.split(' ')
  return [unit, state]
}

export const discover = { probe, parse }
