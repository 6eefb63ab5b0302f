import type { Change, Step } from '../../model/resource.ts'
import { hostPath, join, type Script, sh } from '../../model/script.ts'
import { encodeBase64 } from '../base64.ts'
import { isBooted } from '../booted.ts'
import { at, fillFrom, fillFromPreimage, removeFile, replaceFile } from '../replace-file.ts'
import { step } from '../shell.ts'
import { reloadUnits, verifyUnit } from '../unit-files.ts'
import {
  servicePath,
  serviceSays,
  type TimerSpec,
  type TimerState,
  timerPath,
  timerSays,
  type UnitFile,
} from './spec.ts'
import { serviceText, timerText } from './unit-text.ts'

export function steps({ verb, resource, have }: Change<TimerSpec, TimerState>): Step {
  const spec = { ...resource.spec, name: resource.name }
  const { name } = spec
  const preimages = [...kept(timerPath(name), have?.timer), ...kept(servicePath(name), have?.service)]
  const shared = { reversibility: 'inverse' as const, ...(preimages.length > 0 && { preimages }) }
  if (verb === 'delete') {
    const script = remove(name, have !== null && have.service !== null)
    return { summary: `stop and remove the timer ${name}`, script, ...shared }
  }
  const what = spec.kept === undefined ? `starts ${spec.command === undefined ? spec.unit : 'a command'}` : 'as it was'
  return {
    summary: `${verb === 'create' ? 'add' : 'change'} the timer ${name} (${what})`,
    script: join([
      ...checks(spec),
      sh`${step(sh`${put(spec, have)}
${reloadUnits}`)} || exit 1`,
      bring(spec),
    ]),
    ...shared,
  }
}

const kept = (path: string, file: UnitFile | null | undefined) =>
  file === null || file === undefined ? [] : [{ path, sha256: file.sha256 }]

/** What systemd must understand before anything is put in place. */
function checks(spec: TimerSpec): Script[] {
  if (spec.kept !== undefined) return []
  const spans = [spec.onBootSec, spec.onUnitActiveSec, spec.randomizedDelay].filter((span) => span !== undefined)
  const service = serviceSays(spec)
  return [
    step(sh`if [ -z "$R" ] && command -v systemd-analyze >/dev/null; then
  for c in ${spec.onCalendar ?? []}; do
    systemd-analyze calendar -- "$c" >/dev/null || exit 1
  done
  for c in ${spans}; do
    systemd-analyze timespan -- "$c" >/dev/null || exit 1
  done
fi`),
    ...(service === null ? [] : [hasAccount(service.user)]),
  ].map((script) => sh`${script} || exit 1`)
}

const hasAccount = (user: string): Script =>
  step(sh`u=${user}
if [ -n "$R" ]; then U=$u awk -F: '$1 == ENVIRON["U"] { f = 1 } END { exit !f }' "$R/etc/passwd"
else id -u -- "$u" >/dev/null 2>&1
fi || fail "there is no account $u for the command"`)

/** The service before the timer, which may start it at once. */
function put(spec: TimerSpec, have: TimerState | null): Script {
  const { name } = spec
  const service = serviceSays(spec)
  const timer =
    spec.kept === undefined
      ? write(`${name}.timer`, timerPath(name), timerText(name, timerSays(spec)))
      : back(timerPath(name), spec.kept.timer)
  const command =
    spec.kept !== undefined
      ? back(servicePath(name), spec.kept.service)
      : service !== null
        ? write(`${name}.service`, servicePath(name), serviceText(name, service))
        : have?.service
          ? removeFile(at(servicePath(name)))
          : sh`:`
  // Both files or none. A service that this step leaves alone may be somebody else's.
  const undo =
    service !== null || have?.service || spec.kept?.service ? back(servicePath(name), have?.service ?? null) : sh`:`
  return join([sh`${command} || exit 1`, sh`${timer} || { ${undo}; exit 1; }`])
}

function write(unit: string, path: string, text: string): Script {
  return replaceFile({
    locate: at(path),
    fill: fillFrom(encodeBase64(new TextEncoder().encode(text)), false),
    mode: '0644',
    owner: sh`root`,
    group: sh`root`,
    validate: verifyUnit(unit),
  })
}

function back(path: string, file: UnitFile | null): Script {
  if (file === null) return sh`[ ! -e ${hostPath(path)} ] || ${removeFile(at(path))}`
  const { sha256, mode, owner, group } = file
  return replaceFile({
    locate: at(path),
    fill: fillFromPreimage(sha256),
    mode,
    owner: sh`${owner}`,
    group: sh`${group}`,
  })
}

/** A timer that runs is started again: systemd counts on with the times it knows until then. */
function bring({ name, enabled = true, running = true }: TimerSpec): Script {
  const unit = `${name}.timer`
  return step(sh`systemctl \${R:+--root="$R"} --quiet ${enabled ? 'enable' : 'disable'} -- ${unit} || exit 1
if ${isBooted}; then systemctl \${R:+--root="$R"} ${running ? 'restart' : 'stop'} -- ${unit} || exit 1; fi`)
}

function remove(name: string, service: boolean): Script {
  const unit = `${name}.timer`
  return step(sh`if [ -e ${hostPath(timerPath(name))} ]; then
  if ${isBooted}; then systemctl \${R:+--root="$R"} stop -- ${unit} || exit 1; fi
  systemctl \${R:+--root="$R"} --quiet disable -- ${unit} || exit 1
fi
${removeFile(at(timerPath(name)))} || exit 1
${service ? removeFile(at(servicePath(name))) : sh`:`} || exit 1
${reloadUnits}`)
}
