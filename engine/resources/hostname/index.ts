import type { ResourceType } from '../../model/resource.ts'
import { compareFields } from '../fields.ts'
import { discover, parse, probe } from './probe.ts'
import type { HostnameSpec, HostnameState } from './spec.ts'
import { steps } from './steps.ts'

/** The name a host gives itself. There is one, and it always has one. */
export const resource: ResourceType<HostnameSpec, HostnameState> = {
  name: 'hostname',
  rank: 5,
  identify: () => 'system',
  normalise: ({ name }) => ({ name }),
  probe,
  parse,
  diff({ name }, have) {
    if (have === null) return [{ path: 'static', after: name }]
    const running = have.running === null ? [] : ['running']
    return compareFields({ static: name, running: name }, have, ['static', ...running])
  },
  isAbsent: () => false,
  steps,
  discover,
  paths: () => ['/etc/hostname'],
  owns: 'whole',
  restore(_name, state) {
    const agree = state !== null && (state.running === null || state.running === state.static)
    return agree ? { name: state.static } : null
  },
}
