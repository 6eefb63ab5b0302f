import type { Change, Step } from '../../model/resource.ts'
import { type Script, sh } from '../../model/script.ts'
import { isBooted } from '../booted.ts'
import { step } from '../shell.ts'
import { type ServiceSpec, type ServiceState, unitOf } from './spec.ts'

interface Wish {
  readonly enabled?: boolean
  readonly running?: boolean
}

export function steps({ verb, resource, have, fields }: Change<ServiceSpec, ServiceState>): Step {
  const name = resource.name
  const unit = unitOf(name)
  if (verb === 'restart') {
    return { summary: `restart ${name}`, script: restart(unit), reversibility: 'best-effort' }
  }
  const { enabled, running } = resource.spec
  const differs = (field: string) => verb === 'create' || fields.some((f) => f.path === field)
  const wish: Wish =
    verb === 'delete'
      ? { enabled: false, running: false }
      : {
          ...(enabled !== undefined && differs('enabled') && { enabled }),
          ...(running !== undefined && differs('running') && { running }),
        }
  return {
    summary: `${phrase(wish)} ${name}`,
    script: bring(unit, wish, resource.restartOn.length > 0),
    reversibility: 'inverse',
    ...(have !== null && { inverse: bring(unit, back(wish, have)) }),
  }
}

/** What takes a wish back, as far as it changed anything. */
function back(wish: Wish, have: ServiceState): Wish {
  const { unitFile, running } = have
  return {
    ...(wish.enabled !== undefined && { enabled: unitFile.startsWith('enabled') }),
    ...(wish.running !== undefined && running !== null && { running }),
  }
}

function phrase({ enabled, running }: Wish): string {
  const words = [
    ...(enabled === undefined ? [] : [enabled ? 'enable' : 'disable']),
    ...(running === undefined ? [] : [running ? 'start' : 'stop']),
  ]
  return words.length === 0 ? 'expect' : words.join(' and ')
}

/**
 * Stopped before it is disabled, enabled before it is started: no state between the two is worse than both.
 *
 * @param afresh whether one that runs by now has to start again: its package may have started it while it was installed,
 *   before the files that it listens to were written
 */
function bring(unit: string, { enabled, running }: Wish, afresh = false): Script {
  const verb = running === false ? 'stop' : afresh ? 'restart' : 'start'
  const enable =
    enabled === undefined
      ? sh`:`
      : sh`systemctl \${R:+--root="$R"} --quiet ${enabled ? 'enable' : 'disable'} -- ${unit} || exit 1`
  const start =
    running === undefined
      ? sh`:`
      : sh`if ${isBooted}; then
  ${reloadWhereNeeded(unit)}
  systemctl \${R:+--root="$R"} ${verb} -- ${unit} || exit 1
fi`
  return step(
    running === false
      ? sh`${start}
${enable}`
      : sh`${enable}
${start}`,
  )
}

function restart(unit: string): Script {
  return step(sh`if ${isBooted}; then
  ${reloadWhereNeeded(unit)}
  systemctl \${R:+--root="$R"} restart -- ${unit} || exit 1
fi`)
}

/** systemd goes on with the unit file it has read until it is told. */
const reloadWhereNeeded = (unit: string): Script =>
  sh`case $(systemctl \${R:+--root="$R"} show --property=NeedDaemonReload -- ${unit} 2>/dev/null) in
  *=yes) systemctl \${R:+--root="$R"} daemon-reload || exit 1 ;;
  esac`
