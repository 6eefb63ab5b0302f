import type { FieldChange, ResourceType } from '../../model/resource.ts'
import { discover } from './discover.ts'
import { parse, probe } from './probe.ts'
import { isEnabledAs, type ServiceSpec, type ServiceState } from './spec.ts'
import { steps } from './steps.ts'

/** A unit of systemd: whether it starts with the host, and whether it runs now. */
export const resource: ResourceType<ServiceSpec, ServiceState> = {
  name: 'service',
  rank: 70,
  identify: (spec) => plainName(spec.name),
  normalise: (spec) => ({ ...spec, name: plainName(spec.name) }),
  probe,
  parse,
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  discover,
  after: ({ name }) => [`package:${family(name)}`, `unit:${unitName(name)}`],
  restore(name, state) {
    if (state === null) return { name, enabled: false, running: false, ensure: 'absent' }
    const { unitFile, running } = state
    const enabled = unitFile === 'enabled' ? true : unitFile === 'disabled' ? false : undefined
    return { name, ...(enabled !== undefined && { enabled }), ...(running !== null && { running }) }
  },
}

/** `nginx` and `nginx.service` are the same. */
const plainName = (name: string): string => name.replace(/\.service$/, '')

/** `getty@tty1` is one of `getty`. */
const family = (name: string): string => plainName(name).replace(/@.*$/, '')

const unitName = (name: string): string => (/\.[a-z]+$/.test(name) ? name : `${name}.service`)

function diff(want: ServiceSpec, have: ServiceState | null): readonly FieldChange[] {
  const fields: FieldChange[] = []
  if (want.enabled !== undefined && (have === null || !isEnabledAs(have.unitFile, want.enabled))) {
    fields.push({ path: 'enabled', ...(have !== null && { before: have.unitFile }), after: want.enabled })
  }
  if (want.running !== undefined && have?.running !== null && have?.running !== want.running) {
    fields.push({ path: 'running', ...(have !== null && { before: have.running }), after: want.running })
  }
  return fields
}
