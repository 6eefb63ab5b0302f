import { heading } from '../unit-files.ts'
import type { ServiceSays, TimerSays } from './spec.ts'

/** The timer's file, which `parseTimer` reads back. */
export function timerText(name: string, says: TimerSays): string {
  const optional = (key: string, value: string | null) => (value === null ? '' : `${key}=${value}\n`)
  return [
    heading,
    `[Unit]\nDescription=Starts ${says.unit}\n\n[Timer]\n`,
    ...says.onCalendar.map((calendar) => `OnCalendar=${calendar}\n`),
    optional('OnBootSec', says.onBootSec),
    optional('OnUnitActiveSec', says.onUnitActiveSec),
    says.persistent ? 'Persistent=true\n' : '',
    optional('RandomizedDelaySec', says.randomizedDelay),
    says.unit === `${name}.service` ? '' : `Unit=${says.unit}\n`,
    '\n[Install]\nWantedBy=timers.target\n',
  ].join('')
}

/** What a timer's file says; null where it is not exactly what we would write. */
export function parseTimer(name: string, text: string): TimerSays | null {
  const values = valuesOf(text)
  const first = (key: string) => values.get(key)?.[0] ?? null
  const says: TimerSays = {
    onCalendar: values.get('OnCalendar') ?? [],
    onBootSec: first('OnBootSec'),
    onUnitActiveSec: first('OnUnitActiveSec'),
    persistent: first('Persistent') === 'true',
    randomizedDelay: first('RandomizedDelaySec'),
    unit: first('Unit') ?? `${name}.service`,
  }
  return timerText(name, says) === text ? says : null
}

/** The service's file. systemd puts values in for % and $, and takes a backslash for an escape: each is written so that the shell gets it. */
export function serviceText(name: string, { command, user }: ServiceSays): string {
  const escaped = command.replaceAll(/[\\"%$]/g, (c) => (c === '%' || c === '$' ? c + c : `\\${c}`))
  return `${heading}[Unit]
Description=Command of ${name}.timer

[Service]
Type=oneshot
User=${user}
ExecStart=/bin/sh -c "${escaped}"
`
}

export function parseService(name: string, text: string): ServiceSays | null {
  const values = valuesOf(text)
  const escaped = /^\/bin\/sh -c "(.*)"$/.exec(values.get('ExecStart')?.[0] ?? '')?.[1]
  const user = values.get('User')?.[0]
  if (escaped === undefined || user === undefined) return null
  const command = escaped.replaceAll(/%%|\$\$|\\[\\"]/g, (pair) => pair.charAt(1))
  const says = { command, user }
  return serviceText(name, says) === text ? says : null
}

function valuesOf(text: string): ReadonlyMap<string, string[]> {
  const values = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const found = /^([A-Za-z]+)=(.*)$/.exec(line)
    if (found?.[1] !== undefined) values.set(found[1], [...(values.get(found[1]) ?? []), found[2] ?? ''])
  }
  return values
}
